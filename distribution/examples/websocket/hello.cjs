// A program for nym-client, and so for Cloakwork: sends itself a message that can be answered, and answers it.
//
//   node hello.cjs [ws://127.0.0.1:1977]        (before Node 22: npm install ws)

const WebSocket = globalThis.WebSocket ?? require("ws");

const socket = new WebSocket(process.argv[2] ?? "ws://127.0.0.1:1977");
const say = (request) => socket.send(JSON.stringify(request));

socket.onopen = () => say({ type: "selfAddress" });
socket.onerror = (event) => {
  console.error(event.message ?? "no client listens there");
  process.exitCode = 1;
};
socket.onmessage = (event) => {
  const told = JSON.parse(event.data);
  switch (told.type) {
    case "selfAddress":
      say({ type: "sendAnonymous", recipient: told.address, message: "ping", replySurbs: 5 });
      break;
    case "received":
      if (told.senderTag === null) {
        console.log(`the answer is ${told.message}`);
        socket.close();
      } else {
        console.log(`${told.message} came from ${told.senderTag}, whoever that is`);
        say({ type: "reply", senderTag: told.senderTag, message: "pong" });
      }
      break;
    case "error":
      console.error(told.message);
      process.exitCode = 1;
      socket.close();
      break;
  }
};
