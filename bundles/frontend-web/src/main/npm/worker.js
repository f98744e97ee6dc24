// The worker of a browser, a tab's own or shared by the tabs of an origin.

import { platform } from './platform-browser.js';
import { server } from './serve.js';

const serve = server(platform);
if ('onconnect' in globalThis) {
  globalThis.onconnect = ({ ports: [port] }) => serve(port);
} else {
  globalThis.onmessage = ({ data: { port } }) => serve(port);
}
