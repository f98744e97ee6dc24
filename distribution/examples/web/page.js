// A chat between two tabs and a fetch through an exit. "cloakwork" lies beside this page; there is no build step.
import { connect } from "./cloakwork/index.js";

const MOST_SHOWN = 20_000;
const POINTS = 60;
const $ = (id) => document.getElementById(id);

/** Where the network is: what the server beside this page says, or the page's own address: ?directory=...&exit=... */
async function network() {
  const asked = new URLSearchParams(location.search);
  if (asked.has("directory")) {
    return { directory: asked.get("directory"), exit: asked.get("exit") ?? undefined };
  }
  return (await fetch("network.json")).json();
}

function show(state, why = "") {
  $("state").dataset.state = state;
  $("state-text").textContent = why ? `${state}: ${why}` : state;
}

function say(line, kind, note) {
  const item = document.createElement("li");
  item.className = kind;
  item.textContent = line;
  const small = item.appendChild(document.createElement("small"));
  small.textContent = note;
  $("log").append(item);
  $("log").scrollTop = $("log").scrollHeight;
  return small;
}

async function start() {
  const { directory, exit, page } = await network();
  // Each tab is somebody else: with "indexeddb" in place of "memory" a tab would be the same again after a reload.
  const client = await connect({ directory, exit, state: "memory", shared: false });
  watch(client);
  chat(client);
  fetching(client, page);
  traffic(client);
}

async function watch(client) {
  for await (const { word, why } of client.states()) {
    show(word, why);
  }
}

/** The other tab is known by its address, if this one was opened for it, or by what it wrote: then by nothing but a tag. */
function chat(client) {
  const known = location.hash.slice(1);
  let answer = null;

  $("address").textContent = client.address;
  $("copy").disabled = false;
  $("copy").onclick = () => navigator.clipboard.writeText(client.address);
  $("second").href = `${location.pathname}${location.search}#${client.address}`;
  $("second").removeAttribute("aria-disabled");
  if (known) {
    $("peer").textContent = "You write to the tab that opened this one. It does not learn your address.";
    $("second").parentElement.hidden = true;
    writable();
  }

  function writable() {
    for (const element of $("say").elements) {
      element.disabled = false;
    }
  }

  $("say").onsubmit = async (event) => {
    event.preventDefault();
    const line = $("text").value;
    $("text").value = "";
    const note = say(line, "mine", "on its way");
    const outcome = await (known ? client.send(known, line, { replySurbs: 10, deadline: 60_000 }) : answer(line));
    note.textContent = outcome.acknowledged ? `arrived after ${Math.round(outcome.elapsedMillis)} ms`
      : `failed: ${outcome.reason}`;
    note.classList.toggle("wrong", !outcome.acknowledged);
  };

  (async () => {
    for await (const message of client.messages()) {
      if (message.reply) {
        answer = (line) => message.reply(line, { deadline: 60_000 });
        $("peer").textContent = "Somebody wrote. You can answer, and do not know who or where it is.";
        writable();
      }
      say(message.text, "theirs", known ? "from the tab that opened this one" : "from somebody");
    }
  })();
}

function fetching(client, page) {
  $("url").value = page ?? "http://example.net/";
  for (const element of $("fetch").elements) {
    element.disabled = false;
  }
  $("fetch").onsubmit = async (event) => {
    event.preventDefault();
    const begun = performance.now();
    const outcome = $("outcome");
    outcome.className = "";
    outcome.textContent = "on its way";
    $("body").hidden = true;
    try {
      const response = await client.fetch($("url").value, { deadline: 60_000 });
      const body = await response.text();
      outcome.textContent = `${response.status} ${response.statusText}, ${body.length} characters in `
        + `${Math.round(performance.now() - begun)} ms`;
      $("body").textContent = body.slice(0, MOST_SHOWN);
      $("body").hidden = false;
    } catch (error) {
      outcome.className = "wrong";
      outcome.textContent = `${error.code ?? error.name}: ${error.message}`;
    }
  };
}

/** What leaves, a second a point: with cover the line says nothing of what you do. */
function traffic(client) {
  const points = [];
  let last = null;
  const draw = async () => {
    const counters = await client.counters();
    const sum = (prefix) => Object.entries(counters).filter(([name]) => name.startsWith(prefix))
      .reduce((total, [, count]) => total + count, 0);
    const sent = sum("packets.sent.");
    $("sent").textContent = sent;
    $("cover").textContent = sum("packets.sent.cover");
    $("received").textContent = sum("cover.received") + sum("fragments.received") + sum("acks.received");
    if (last !== null) {
      points.push(sent - last);
      points.splice(0, points.length - POINTS);
      const top = Math.max(60, ...points);
      const line = points.map((count, at) => `${300 - ((points.length - 1 - at) * 300) / (POINTS - 1)},${46 - (count * 44) / top}`).join(" ");
      const polyline = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
      for (const [name, value] of Object.entries({ points: line, fill: "none", stroke: "currentColor", "stroke-width": 1.5,
        "vector-effect": "non-scaling-stroke" })) {
        polyline.setAttribute(name, value);
      }
      $("traffic").replaceChildren(polyline);
    }
    last = sent;
  };
  setInterval(draw, 1000);
  draw();
}

show("connecting");
start().catch((error) => show("stopped", error.message));
