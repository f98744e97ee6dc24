// Answers HTTP requests by the mixnet: GET / tells the address, POST /send?to=ADDRESS sends the body, GET /fetch?url=URL
// fetches through the exit. The client lives in a Durable Object, whose storage keeps who it is.
import { connect } from "cloakwork/edge";

export class Mixnet {
  constructor(context, { DIRECTORY, EXIT }) {
    this.options = { directory: DIRECTORY, exit: EXIT || undefined, state: context.storage };
  }

  connected() {
    this.client ??= connect(this.options).catch((error) => {
      this.client = undefined;
      throw error;
    });
    return this.client;
  }

  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    try {
      const client = await this.connected();
      switch (`${request.method} ${pathname}`) {
        case "GET /":
          return new Response(`${client.address}\n`);
        case "POST /send":
          return Response.json(await client.send(searchParams.get("to"), await request.arrayBuffer()));
        case "GET /fetch":
          return await client.fetch(searchParams.get("url"));
        default:
          return new Response("GET /, POST /send?to=ADDRESS, GET /fetch?url=URL\n", { status: 404 });
      }
    } catch (error) {
      return new Response(`${error.name} ${error.code ?? ""}: ${error.message}\n`, { status: 502 });
    }
  }
}

export default {
  fetch: (request, { MIXNET }) => MIXNET.get(MIXNET.idFromName("one")).fetch(request),
};
