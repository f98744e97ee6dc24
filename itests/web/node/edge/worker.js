// What the tests ask of a client in workerd.
import { connect } from "cloakwork/edge";
import { load } from "cloakwork/engine/module.js";
import vectors from "vectors.wasm";

const text = new TextEncoder();

export class Mixnet {
  arrived = [];
  waiting = [];

  constructor(context, { DIRECTORY, EXIT, PEER }) {
    this.context = context;
    this.peer = PEER;
    this.options = { directory: DIRECTORY, exit: EXIT, state: context.storage, cover: "none" };
  }

  async connected() {
    const client = await connect(this.options);
    void (async () => {
      for await (const message of client.messages()) {
        const next = this.waiting.shift();
        if (next) {
          next(message);
        } else {
          this.arrived.push(message);
        }
      }
    })();
    return client;
  }

  next() {
    return this.arrived.length > 0 ? this.arrived.shift() : new Promise((resolve) => this.waiting.push(resolve));
  }

  sendBack(client, payload) {
    const head = text.encode(`${client.address}\n`);
    const whole = new Uint8Array(head.length + payload.length);
    whole.set(head);
    whole.set(payload, head.length);
    return client.send(this.peer, whole, { deadline: 120_000 });
  }

  async fetch(request) {
    try {
      const client = await (this.client ??= this.connected());
      const { pathname, searchParams } = new URL(request.url);
      const payload = new Uint8Array(await request.arrayBuffer());
      switch (pathname) {
        case "/address":
          return new Response(client.address);
        case "/back": {
          const [outcome, back] = [await this.sendBack(client, payload), await this.next()];
          return new Response(back.payload, { headers: { outcome: JSON.stringify(outcome), origin: back.origin } });
        }
        case "/ask": {
          const [outcome, back] = [await client.send(this.peer, payload, { replySurbs: 10, deadline: 120_000 }), await this.next()];
          return new Response(back.payload, { headers: { outcome: JSON.stringify(outcome), origin: back.origin } });
        }
        case "/asked": {
          await client.send(this.peer, `ask ${client.address}`);
          const question = await this.next();
          const outcome = await question.reply(payload, { deadline: 120_000 });
          const back = await this.next();
          return new Response(back.payload, { headers: { outcome: JSON.stringify(outcome), origin: question.origin } });
        }
        case "/restart": {
          const left = (async () => {
            for await (const { word } of client.states()) {
              if (word !== "ready") {
                return;
              }
            }
          })();
          void client.send(this.peer, `restart ${client.address.split("@")[1]}`);
          await left;
          return new Response("left");
        }
        case "/fetch":
          return await client.fetch(searchParams.get("url"), request.method === "POST" ? { method: "POST", body: payload } : {});
        case "/evict":
          this.context.abort("evicted");
          return new Response();
        default:
          return new Response("?", { status: 404 });
      }
    } catch (error) {
      return new Response(`${error.stack}`, { status: 500 });
    }
  }
}

async function checked() {
  const { count, name, check } = await load(vectors);
  return Response.json(Array.from({ length: count() }, (_, i) => {
    try {
      return [name(i), check(i)];
    } catch (e) {
      return [name(i), `trap: ${e.message}`];
    }
  }));
}

export default {
  fetch: (request, { MIXNET }) => (new URL(request.url).pathname === "/vectors" ? checked()
    : MIXNET.get(MIXNET.idFromName("one")).fetch(request)),
};
