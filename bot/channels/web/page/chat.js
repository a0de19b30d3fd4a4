// One chat on a page: what was said, what is still on its way, what is being written.
//
// What the person says is written to localStorage first and leaves it only when the server has committed it;
// the same key goes with every try, so a repeat is heard once. What we are told is written to sessionStorage,
// then confirmed. Nothing is drawn from HTML: words of people only ever become text nodes.

export const words = JSON.parse(document.documentElement.dataset.words);

const PART = 6000; // characters of one delivery; longer words go in several
const KEPT = 300; // messages of the talk that survive a reload
const LARGEST = 20 * 2 ** 20; // bytes of a file

export function fresh(bytes = 18) {
  const chance = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...chance)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function h(name, attributes = {}, ...children) {
  const svg = ["svg", "path", "circle", "rect"].includes(name);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export const icon = (...paths) =>
  h("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, ...paths.map((d) => h("path", { d })));

// A browser may forbid storage (private windows): then everything lasts as long as the page.
function drawer(kind) {
  const spare = new Map();
  const really = (deed, otherwise) => {
    try { return deed(window[kind]); } catch { return otherwise(); }
  };
  return {
    get: (key) => really((store) => store.getItem(key), () => spare.get(key) ?? null) ?? spare.get(key) ?? null,
    set: (key, value) => really((store) => store.setItem(key, value), () => spare.set(key, value)),
    drop: (key) => { spare.delete(key); really((store) => store.removeItem(key), () => {}); },
    keys: (start) =>
      [...new Set([...really((store) => Object.keys(store), () => []), ...spare.keys()])]
        .filter((key) => key.startsWith(start)).sort(),
  };
}
export const lasting = drawer("localStorage");
export const passing = drawer("sessionStorage");

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function parts(text) {
  const found = [];
  while (text.length > PART) {
    const room = text.slice(0, PART);
    let end = Math.max(room.lastIndexOf("\n"), room.lastIndexOf("。"), room.lastIndexOf(" ")) + 1;
    if (end < PART / 2) end = PART;
    if (/[\ud800-\udbff]/.test(text[end - 1])) end -= 1;
    found.push(text.slice(0, end));
    text = text.slice(end);
  }
  return [...found, text].filter((part) => part.trim());
}

// Quoted lines (> …) and each answer of a preview (▸ …) stand apart; what was masked, 〔…〕, is marked as such.
function dressed(text) {
  const blocks = [];
  for (const line of text.split("\n")) {
    const [, sign, rest] = /^(> |▸ )?(.*)$/.exec(line);
    const last = blocks.at(-1);
    const goes_on = last && (sign ? sign === "> " && last.sign === sign : line && last.sign === "▸ ");
    if (goes_on || (last && !sign && !last.sign)) last.lines.push(rest);
    else blocks.push({ sign, lines: [rest] });
  }
  return blocks.filter(({ lines }) => lines.join("")).map(({ sign, lines }) => {
    const pieces = lines.join("\n").trim().split(/(〔(?!\d+〕)[^〔〕\n]{1,14}〕)/);
    return h(sign ? "blockquote" : "p", {}, ...pieces.map((piece, at) => (at % 2 ? h("mark", {}, piece) : piece)));
  });
}

// In letters; a Chinese character is as wide as two.
const width = (text) => text.replace(/[\u2e80-\uffff]/g, "mm").length;

function size(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

export class Chat {
  // `link` goes with the arrival; `again` arrives even where a talk stands already (a code was scanned anew).
  // `forget` is a button in the bar: { label, icon, deed }.
  constructor(root, { token, link = "", sub = words.chat_sub, again = false, forget = null, onnews = () => {} }) {
    Object.assign(this, { root, token, link, sub, forget, onnews });
    // The server answers at once: listen before speaking, but speak anyway where the stream cannot open.
    this.ready = Promise.race([new Promise((resolve) => { this.opened = resolve; }), pause(1500)]);
    this.build();
    this.load();
    if (again || !this.talk.length) this.arrive();
    this.pump();
  }

  // --- what stands on the page

  build() {
    this.log = h("ol", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": words.log_label, tabindex: "0" });
    this.dots = h("div", { class: "typing", role: "status", hidden: true },
      h("span", { class: "sr" }, `${words.bot} ${words.typing}`), h("i"), h("i"), h("i"));
    this.banner = h("p", { class: "offline", role: "status", hidden: true }, words.offline);
    this.latest = h("button", { class: "newest", type: "button", hidden: true, "aria-label": words.newest, title: words.newest, onclick: () => this.toEnd() },
      icon("M12 5v14M6 13l6 6 6-6"));
    this.editing = h("div", { class: "editing", hidden: true }, h("span", {}, words.editing),
      h("button", { type: "button", onclick: () => this.stopEditing() }, words.edit_cancel));
    this.field = h("textarea", { rows: "1", placeholder: words.write, "aria-label": words.write, enterkeyhint: "send", autocomplete: "off" });
    this.go = h("button", { class: "go", type: "submit", "aria-label": words.send, title: words.send }, icon("M4 12l16-8-6 17-3-7z"));
    this.menu = this.attachments();
    this.plus = h("button", { class: "plus", type: "button", "aria-label": words.attach, title: words.attach, "aria-expanded": "false", onclick: () => this.toggleMenu() }, icon("M12 5v14M5 12h14"));
    this.form = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } }, this.plus, this.field, this.go);
    const bar = h("header", { class: "bar" },
      h("img", { class: "face", src: "/static/icon.svg", alt: "" }),
      h("div", {}, h("strong", {}, words.chat_name), h("span", {}, this.sub)),
      this.forget && h("button", { class: "forget", type: "button", "aria-label": this.forget.label, title: this.forget.label, onclick: this.forget.deed },
        icon(...this.forget.icon)));
    this.root.replaceChildren(bar, this.banner, h("div", { class: "talk" }, this.log, this.dots, this.latest), this.editing, this.menu, this.form);
    this.root.classList.add("chat");

    this.field.addEventListener("input", () => { this.fit(); passing.set(`tw:draft:${this.token}`, this.field.value); });
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("paste", (event) => this.given(event, event.clipboardData));
    this.root.addEventListener("dragover", (event) => event.preventDefault());
    this.root.addEventListener("drop", (event) => this.given(event, event.dataTransfer));
    this.root.addEventListener("keydown", (event) => { if (event.key === "Escape") this.toggleMenu(false); });
    this.log.addEventListener("scroll", () => { if (this.atEnd()) this.latest.hidden = true; }, { passive: true });
    new ResizeObserver(() => { if (this.stuck) this.toEnd(); }).observe(this.log);
  }

  attachments() {
    const drawn = {
      photo: ["M4 7h3l2-2h6l2 2h3v12H4z", "M12 16a3 3 0 1 0 0-6 3 3 0 0 0 0 6"],
      voice: ["M12 15a3 3 0 0 0 3-3V7a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3", "M6 12a6 6 0 0 0 12 0M12 18v3"],
      file: ["M7 3h7l4 4v14H7z", "M14 3v4h4"],
      sticker: ["M12 21a9 9 0 1 1 9-9", "M8.5 10h.01M15.5 10h.01M8.5 14.5c2 2.2 5 2.2 7 0"],
      location: ["M12 21s7-6.2 7-11a7 7 0 0 0-14 0c0 4.8 7 11 7 11", "M12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5"],
    };
    this.note = h("p", {}, words.attach_note);
    this.chooser = h("input", { type: "file", hidden: true, onchange: () => {
      for (const file of this.chooser.files) this.hand(file);
      this.chooser.value = "";
    } });
    return h("div", { class: "menu", hidden: true }, this.chooser,
      h("div", { class: "kinds" }, ...Object.entries(drawn).map(([what, paths]) =>
        h("button", { type: "button", "data-what": what, onclick: () => this.choose(what) },
          icon(...paths), words[`attach_${what}`]))),
      this.note);
  }

  toggleMenu(open = this.menu.hidden) {
    this.menu.hidden = !open;
    this.plus.setAttribute("aria-expanded", String(open));
    if (open) { this.menu.querySelector("button").focus(); this.wanted(); }
  }

  // Whether the bot reads this chat's files; of all others only what they were is told, and not a byte is sent.
  async wanted() {
    const answer = await fetch("/chat/file", { headers: { "Chat-Token": this.token } }).catch(() => null);
    this.reads = answer?.status === 204;
    this.note.textContent = this.reads ? words.attach_read : words.attach_note;
    return this.reads;
  }

  choose(what) {
    this.toggleMenu(false);
    if (what === "file" && this.reads) { this.chooser.click(); return; }
    this.attach(what);
    this.field.focus();
  }

  // The bytes go first, then the message that names them; where they cannot be sent, the message says so.
  async hand(file) {
    let handle = "";
    if (file.size <= LARGEST) {
      this.busy(true);
      const answer = await fetch("/chat/file", {
        method: "POST", body: file, headers: { "Chat-Token": this.token, "Content-Type": "application/octet-stream" },
      }).catch(() => null);
      this.busy(false);
      handle = answer?.ok ? (await answer.json()).handle : "";
    }
    this.say({ media: { what: "file", file: { name: file.name.slice(-255), handle, size: file.size } } }, `${words.sent_file} ${file.name}`, "media");
  }

  fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 140)}px`;
    this.go.disabled = !this.field.value.trim();
  }

  atEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60; }

  toEnd() { this.log.scrollTop = this.log.scrollHeight; this.latest.hidden = true; this.stuck = true; }

  // --- the talk so far

  load() {
    this.talk = JSON.parse(passing.get(`tw:talk:${this.token}`) ?? "[]");
    this.items = new Map();
    this.log.replaceChildren();
    for (const entry of this.talk) this.place(entry);
    for (const item of this.unsent()) {
      if (item.shown && !this.items.has(item.entry))
        this.add({ id: item.entry, me: true, kind: item.kind, text: item.shown, state: "sending" });
    }
    this.field.value = passing.get(`tw:draft:${this.token}`) ?? "";
    this.fit();
    this.refresh();
    this.toEnd();
  }

  save() { passing.set(`tw:talk:${this.token}`, JSON.stringify(this.talk.slice(-KEPT))); }

  add(entry) {
    this.stuck = this.atEnd() || Boolean(entry.me);
    this.talk.push(entry);
    const item = this.place(entry);
    this.save();
    this.refresh();
    if (this.stuck) this.settle(item);
    else this.latest.hidden = false;
  }

  // The end of the talk, or the beginning of a message that is taller than the screen.
  settle(item) {
    if (item.matches(".mine") || item.offsetHeight < this.log.clientHeight) { this.toEnd(); return; }
    this.log.scrollTop = item.offsetTop - 12;
    this.stuck = false;
    this.latest.hidden = this.atEnd();
  }

  place(entry) {
    const item = entry.me ? this.mine(entry) : this.theirs(entry);
    this.items.set(entry.id, item);
    this.log.append(item);
    return item;
  }

  mine(entry) {
    const bubble = h("div", { class: "bubble" }, h("span", { class: "sr" }, `${words.you}: `), h("p", {}, entry.text));
    const change = h("button", { class: "change", type: "button", "aria-label": words.edit, title: words.edit, onclick: () => this.startEditing(entry) },
      icon("M4 20l1-4L16 5l3 3L8 19z"));
    bubble.addEventListener("contextmenu", (event) => {
      if (!change.hidden && !getSelection().toString()) { event.preventDefault(); this.startEditing(entry); }
    });
    return h("li", { class: `mine ${entry.kind}` }, change, bubble, h("small", { class: "state" }));
  }

  theirs(entry) {
    const item = h("li", { class: "theirs" });
    const bubble = h("div", { class: "bubble" }, h("span", { class: "sr" }, `${words.bot}: `));
    if (entry.picture) bubble.append(this.pictureOf(entry));
    if (entry.text) bubble.append(...dressed(entry.text));
    for (const paper of entry.papers ?? []) bubble.append(this.card(paper));
    item.append(bubble);
    if (entry.keys?.length) {
      item.append(h("div", { class: "keys", role: "group" }, ...entry.keys.map((row) => {
        const long = row.length > 1 && row.some(({ label }) => width(label) > 26 / row.length);
        return h("div", { class: long ? "row long" : "row" }, ...row.map((key) => this.keyOf(entry, key)));
      })));
    }
    return item;
  }

  // The digit one could type instead stands on the button, for those who rather type.
  keyOf(entry, key) {
    const digit = !key.quiet && /^\+?(\d)$/.exec(key.says)?.[1];
    const badge = digit && digit !== key.label ? h("i", { "aria-hidden": "true" }, digit) : null;
    return h("button", { type: "button", class: key.quiet ? "quiet" : "", "data-says": key.says,
      onclick: (event) => this.tap(entry, key, event.currentTarget) }, badge, h("span", {}, key.label));
  }

  pictureOf(entry) {
    const image = h("img", { src: entry.picture, alt: words.picture });
    const frame = h("button", { class: "picture", type: "button", "aria-label": words.picture, onclick: () => {
      const close = () => lens.remove();
      const lens = h("dialog", { class: "lens", onclick: close, onclose: close }, h("img", { src: entry.picture, alt: words.picture }));
      document.body.append(lens);
      lens.showModal();
    } }, image);
    image.addEventListener("load", () => { if (this.stuck) this.settle(this.items.get(entry.id)); });
    image.addEventListener("error", () => frame.replaceWith(h("p", { class: "gone" }, words.paper_gone)));
    return frame;
  }

  card(paper) {
    const kind = paper.name.split(".").pop().toLowerCase();
    const about = h("small", {}, `${kind.toUpperCase()} · ${size(paper.size)}`);
    return h("a", { class: `paper ${kind}`, href: paper.at, download: paper.name, onclick: async (event) => {
      event.preventDefault();
      const there = await fetch(paper.at, { method: "HEAD" }).then((answer) => answer.ok, () => false);
      if (there) location.assign(paper.at);
      else about.textContent = words.paper_gone;
    } }, h("span", { class: "kind" }, kind), h("span", {}, h("b", {}, paper.name), about));
  }

  refresh() {
    const said = this.talk.filter((entry) => entry.me).at(-1);
    const asked = this.talk.filter((entry) => !entry.me && entry.keys?.length).at(-1);
    const unsent = new Set(this.unsent().map((item) => item.entry));
    for (const entry of this.talk) {
      const item = this.items.get(entry.id);
      if (entry.me) {
        item.dataset.state = unsent.has(entry.id) && entry.state === "sent" ? "sending" : entry.state;
        const state = entry === said || item.dataset.state !== "sent" ? words[item.dataset.state] : "";
        item.querySelector(".state").textContent = [entry.edited ? words.edited : "", state].filter(Boolean).join(" · ");
        item.querySelector(".change").hidden = entry !== said || entry.kind !== "text";
      } else {
        item.classList.toggle("live", entry === asked && !entry.chosen);
        for (const key of item.querySelectorAll(".keys button")) {
          const chosen = key.dataset.says === entry.chosen;
          key.classList.toggle("chosen", chosen);
          key.toggleAttribute("aria-pressed", false);
          if (chosen) key.setAttribute("aria-pressed", "true");
        }
      }
    }
  }

  // --- what the person does

  arrive() {
    if (!this.unsent().some((item) => item.body.arrived)) this.queue({ arrived: { link: this.link } }, { id: "" });
  }

  submit() {
    const [first, ...rest] = parts(this.field.value);
    if (!first) return;
    const entry = this.edited;
    if (entry) {
      Object.assign(entry, { text: first, edited: true, state: "sending" });
      this.items.get(entry.id).querySelector(".bubble p").textContent = first;
      this.save();
      this.queue({ edited: first, message: entry.id }, entry);
    } else rest.unshift(first);
    this.stopEditing();
    for (const text of rest) this.say({ text }, text, "text");
    this.toEnd();
  }

  say(body, shown, kind) {
    const entry = { id: fresh(12), me: true, kind, text: shown, state: "sending" };
    this.queue({ ...body, message: entry.id }, { ...entry, shown });
    this.add(entry);
    this.pump();
  }

  tap(entry, key, button) {
    if (button.dataset.pressed) return; // a finger that trembles
    button.dataset.pressed = "1";
    setTimeout(() => delete button.dataset.pressed, 800);
    entry.chosen = key.says;
    this.save();
    this.say({ tap: { says: key.says, screen: entry.screen } }, key.label, "tap");
  }

  attach(what) { this.say({ media: { what } }, words[`sent_${what}`], "media"); }

  async given(event, data) {
    const files = [...(data?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    const reads = await this.wanted();
    for (const file of files) {
      if (reads) { await this.hand(file); continue; }
      const kind = { image: "photo", audio: "voice", video: "video" }[file.type.split("/")[0]];
      this.attach(kind ?? "file");
    }
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return; // Enter chooses a character while Chinese is typed
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.submit(); }
    const said = this.talk.filter((entry) => entry.me).at(-1);
    if (event.key === "ArrowUp" && !this.field.value && said?.kind === "text") { event.preventDefault(); this.startEditing(said); }
    if (event.key === "Escape" && this.edited) this.stopEditing();
  }

  startEditing(entry) {
    this.edited = entry;
    this.editing.hidden = false;
    this.field.value = entry.text;
    this.fit();
    this.field.focus();
  }

  stopEditing() {
    this.edited = null;
    this.editing.hidden = true;
    this.field.value = "";
    passing.drop(`tw:draft:${this.token}`);
    this.fit();
  }

  // --- on its way to the server

  unsent() { return lasting.keys(`tw:unsent:${this.token}:`).map((key) => ({ ...JSON.parse(lasting.get(key)), at: key })); }

  queue(body, { id, kind = "", shown = "" }) {
    const order = `${Date.now()}`.padStart(15, "0") + `${(Chat.count = (Chat.count ?? 0) + 1)}`.padStart(6, "0");
    const item = { entry: id, kind, shown, body: { key: fresh(15), ...body } };
    lasting.set(`tw:unsent:${this.token}:${order}`, JSON.stringify(item));
    this.refresh();
    this.pump();
  }

  // One at a time and in order; until the server has it, again and again.
  async pump() {
    if (this.pumping) return;
    this.pumping = true;
    await this.ready;
    let wait = 400;
    const { token } = this;
    for (let item; (item = this.unsent()[0]) && token === this.token; ) {
      this.busy(Boolean(item.entry));
      const state = await this.post("/chat", item.body);
      const entry = this.talk.find((one) => one.id === item.entry);
      if (entry) entry.state = state;
      if (state === "retrying") {
        this.busy(false);
        this.refresh();
        await Promise.race([pause(wait), new Promise((resolve) => { this.nudge = resolve; })]);
        wait = Math.min(wait * 2, 10000);
        continue;
      }
      wait = 400;
      lasting.drop(item.at);
      this.save();
      this.refresh();
    }
    this.pumping = false;
    if (token !== this.token) this.pump();
  }

  async post(path, body) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 15000);
    try {
      const answer = await fetch(path, {
        method: "POST", body: JSON.stringify(body), signal: stop.signal, keepalive: true,
        headers: { "Content-Type": "application/json", "Chat-Token": this.token },
      });
      if (answer.ok) return "sent";
      return [400, 401, 413].includes(answer.status) ? "refused" : "retrying";
    } catch {
      return "retrying";
    } finally {
      clearTimeout(timer);
    }
  }

  busy(on) {
    clearTimeout(this.timer);
    this.dots.hidden = !on;
    if (on) {
      this.timer = setTimeout(() => { this.dots.hidden = true; }, 15000);
      if (this.stuck) this.toEnd();
    }
  }

  // --- what comes from the server

  heard({ id, text, keys, screen, papers, picture }) {
    if (!this.items.has(id)) {
      this.busy(false);
      this.add({ id, text, keys, screen, papers, picture });
      this.onnews();
    }
    this.post("/chat/seen", { id });
  }

  connected(yes) {
    clearTimeout(this.alarm);
    if (yes) { this.banner.hidden = true; this.opened(); this.nudge?.(); }
    else this.alarm = setTimeout(() => { this.banner.hidden = false; }, 1500);
  }

  // Another person now holds the phone.
  become(token) {
    for (const key of lasting.keys(`tw:unsent:${this.token}:`)) lasting.drop(key);
    for (const what of ["talk", "draft"]) passing.drop(`tw:${what}:${this.token}`);
    this.token = token;
    this.stopEditing();
    this.busy(false);
    this.load();
    this.arrive();
    this.nudge?.();
  }
}

// One stream for all chats of the page: a browser allows only six connections to one place.
export class Stream {
  constructor(chats) {
    this.chats = chats;
    document.addEventListener("visibilitychange", () => this.awake(!document.hidden));
    addEventListener("pageshow", () => this.awake(true));
    addEventListener("pagehide", () => { this.asleep = true; this.stop?.abort(); });
    addEventListener("online", () => this.awake(true));
    this.run();
  }

  // A page nobody sees stops listening after a minute: what comes waits on the server and is not lost.
  awake(yes) {
    clearTimeout(this.nap);
    if (!yes) { this.nap = setTimeout(() => { this.asleep = true; this.stop?.abort(); }, 60000); return; }
    this.asleep = false;
    this.wake?.();
    for (const chat of this.chats) chat.nudge?.();
  }

  reopen() { this.stop?.abort(); this.wake?.(); }

  async run() {
    for (let wait = 300; ; ) {
      try {
        await this.listen(() => { wait = 300; });
      } catch { /* lost: below, and again */ }
      for (const chat of this.chats) chat.connected(false);
      const woken = new Promise((resolve) => { this.wake = resolve; });
      await (this.asleep ? woken : Promise.race([woken, pause(wait)]));
      wait = Math.min(wait * 1.7, 5000);
    }
  }

  async listen(onopen) {
    const chats = [...this.chats];
    this.stop = new AbortController();
    const answer = await fetch("/chat/events", {
      headers: { "Chat-Token": chats.map((chat) => chat.token).join(",") },
      signal: this.stop.signal, cache: "no-store",
    });
    if (!answer.ok) throw new Error(answer.status);
    const reader = answer.body.getReader();
    const text = new TextDecoder();
    let watch, rest = "";
    try {
      for (let first = true; ; first = false) {
        clearTimeout(watch);
        watch = setTimeout(() => this.stop.abort(), 40000); // the server shows a sign of life every 15 s
        const { value, done } = await reader.read();
        if (done) return;
        if (first) { onopen(); for (const chat of chats) chat.connected(true); }
        rest += text.decode(value, { stream: true });
        const events = rest.split("\n\n");
        rest = events.pop();
        for (const event of events) {
          const data = event.split("\n").find((line) => line.startsWith("data: "));
          if (data) { const said = JSON.parse(data.slice(6)); chats[said.to].heard(said); }
        }
      }
    } finally {
      clearTimeout(watch);
    }
  }
}
