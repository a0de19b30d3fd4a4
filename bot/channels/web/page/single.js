// One chat that fills the screen, for the person who opened it. A printed code carries `?link=…`.

import { Chat, Stream, fresh, lasting, words } from "./chat.js";

const asked = new URLSearchParams(location.search);
const link = asked.get("link") ?? "";
if (link) { // arrived: a reload must not arrive again
  asked.delete("link");
  history.replaceState(null, "", asked.size ? `?${asked}` : location.pathname);
}

const held = lasting.get("tw:me");
const token = held ?? fresh();
if (!held) lasting.set("tw:me", token);

const chat = new Chat(document.getElementById("chat"), {
  token, link, again: Boolean(link),
  forget: {
    label: words.forget,
    icon: ["M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5"],
    deed: () => {
      if (!confirm(words.forget_ask)) return;
      const another = fresh();
      lasting.set("tw:me", another);
      chat.become(another);
      stream.reopen();
    },
  },
});
const stream = new Stream([chat]);
