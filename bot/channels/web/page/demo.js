// Phones side by side, each with its own chat; one at a time behind tabs where the page is narrow.

import { Chat, Stream, fresh, h, icon, lasting, passing, words } from "./chat.js";

const { phones, edition } = document.body.dataset;
for (const store of [lasting, passing]) { // other data on the server: these people were never there
  if ((store.get("tw:edition") ?? "") === edition) continue;
  for (const key of store.keys("tw:")) store.drop(key);
  store.set("tw:edition", edition);
}

const desk = document.querySelector(".desk");
const tabs = document.querySelector(".tabs");
const all = JSON.parse(phones).map((phone) => lay(phone));
const stream = new Stream(all.map(({ chat }) => chat));
desk.dataset.count = all.length;
show(all[0]);

function lay({ who, title, note, sub, token, link }) {
  const place = `tw:demo:${who}`;
  const own = token || lasting.get(place) || fresh();
  if (!token) lasting.set(place, own);
  const screen = h("div", {});
  const name = h("h2", { id: `${who}-title` }, title);
  const section = h("section", { class: "phone", id: who, "aria-labelledby": `${who}-title` },
    h("header", { class: "caption" }, name, h("p", {}, note)),
    h("div", { class: "shell" },
      h("div", { class: "glass" },
        h("div", { class: "status", "aria-hidden": "true" }, h("time", {}, ""), h("span", { class: "island" }), signs()),
        screen,
        h("div", { class: "home", "aria-hidden": "true" }))));
  const tab = h("button", { type: "button", "aria-controls": who, onclick: () => show(phone) }, title);
  const chat = new Chat(screen, {
    token: own, link, sub,
    forget: token ? null : {
      label: words.phone_again,
      icon: ["M15 20a6 6 0 0 0-12 0", "M9 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8", "M19 8v6M16 11h6"],
      deed: () => {
        const another = fresh();
        lasting.set(place, another);
        chat.become(another);
        stream.reopen();
      },
    },
    onnews: () => { if (!section.classList.contains("shown")) tab.classList.add("news"); },
  });
  const phone = { section, tab, chat };
  desk.append(section);
  tabs.append(tab);
  return phone;
}

function show(phone) {
  for (const { section, tab, chat } of all) {
    const shown = section === phone.section;
    section.classList.toggle("shown", shown);
    tab.setAttribute("aria-current", String(shown));
    if (shown) { tab.classList.remove("news"); chat.toEnd(); }
  }
}

function signs() {
  const svg = icon("M2 17v-3M6 17v-6M10 17V8M14 17V5", "M19 8h13v9H19zM33 11v3", "M21 10h8v5h-8z");
  svg.setAttribute("viewBox", "0 0 36 22");
  return svg;
}

// --- the clock one can push

const clock = document.querySelector(".clock");
const now = clock.querySelector(".now");
const buttons = [...clock.querySelectorAll("[data-push]")];

function tell(text) {
  if (now.textContent !== text) now.textContent = text;
  const hour = /\d{1,2}:\d\d/.exec(text)?.[0] ??
    new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  for (const time of document.querySelectorAll(".status time")) time.textContent = hour;
}

async function ask(path, options) {
  const answer = await fetch(path, options);
  if (!answer.ok) throw new Error(answer.status);
  tell((await answer.json()).clock);
}

for (const button of buttons) {
  button.addEventListener("click", async () => {
    for (const one of buttons) one.disabled = true;
    clock.setAttribute("aria-busy", "true");
    try {
      await ask(`/demo/push/${button.dataset.push}`, { method: "POST", headers: { Demo: "1" } });
    } catch {
      now.textContent = words.demo_push_failed;
    }
    clock.removeAttribute("aria-busy");
    for (const one of buttons) one.disabled = false;
    button.focus();
  });
}

clock.hidden = !buttons.length;
const look = () => ask("/demo/clock").catch(() => {});
tell("");
look();
setInterval(() => { if (!document.hidden && !clock.hasAttribute("aria-busy")) look(); }, 20000);
