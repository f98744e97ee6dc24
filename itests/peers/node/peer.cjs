'use strict';

// The real Nym client, compiled to wasm, driven over stdin and stdout: JSON commands in, JSON events out, one a line.
//   {"command":"start","directory":URL,"gateway":BASE58?,"cover":BOOL,"refreshMillis":NUMBER?}
//       -> {"event":"ready","address":TEXT}
//   {"command":"address"}
//       -> {"event":"address","address":TEXT}
//   {"command":"send","to":ADDRESS,"base64":TEXT}
//   {"command":"sendAnonymous","to":ADDRESS,"base64":TEXT,"replySurbs":NUMBER}
//   {"command":"reply","tag":BASE58,"base64":TEXT}
//   {"command":"stop"}, or end of stdin
//       -> the process ends
//   a message arrived
//       -> {"event":"received","base64":TEXT,"senderTag":HEX?}
//   a command or something else failed
//       -> {"event":"error","command":TEXT?,"text":TEXT}

require('fake-indexeddb/auto');
const { Console } = require('node:console');
const { randomUUID } = require('node:crypto');
const readline = require('node:readline');
const { WebSocket } = require('ws');

globalThis.console = new Console(process.stderr);
globalThis.self = globalThis;

// The client frees the callbacks of its registration socket before that socket's close event arrives.
class ForgivingWebSocket extends WebSocket {
    addEventListener(type, listener, options) {
        super.addEventListener(type, (event) => {
            try {
                listener(event);
            } catch (error) {
                if (!String(error).includes('closure invoked')) {
                    throw error;
                }
            }
        }, options);
    }
}
globalThis.WebSocket = ForgivingWebSocket;

const { NymClient, __wasm } = require('@nymproject/nym-client-wasm-node');

const NO_COVER = {
    coverTraffic: { disableLoopCoverTrafficStream: true },
    traffic: { disableMainPoissonPacketDistribution: true },
};

let client;

function tell(event) {
    process.stdout.write(JSON.stringify(event) + '\n');
}

// The package hands out the tag as an object without methods, yet send_reply wants it as text: its 16 bytes lie in the
// memory of the module, behind the 4 bytes that wasm-bindgen counts borrowings in.
function hex(senderTag) {
    const bytes = Buffer.from(__wasm.memory.buffer, senderTag.__wbg_ptr + 4, 16).toString('hex');
    senderTag.free();
    return bytes;
}

function bytes(command) {
    return new Uint8Array(Buffer.from(command.base64, 'base64'));
}

const commands = {
    async start({ directory, gateway, cover, refreshMillis }) {
        const options = { clientId: randomUUID(), nymApiUrl: directory };
        if (gateway) {
            options.preferredGateway = gateway;
        }
        if (!cover) {
            options.clientOverride = { ...NO_COVER };
        }
        if (refreshMillis) {
            options.clientOverride = { ...options.clientOverride, topology: { topologyRefreshRateMs: refreshMillis } };
        }
        client = await new NymClient((payload, senderTag) => tell({
            event: 'received', base64: Buffer.from(payload).toString('base64'), senderTag: senderTag && hex(senderTag),
        }), options);
        tell({ event: 'ready', address: client.selfAddress() });
    },
    address: () => tell({ event: 'address', address: client.selfAddress() }),
    send: (command) => client.send_regular_message(bytes(command), command.to),
    sendAnonymous: (command) => client.send_anonymous_message(bytes(command), command.to, command.replySurbs),
    reply: (command) => client.send_reply(bytes(command), command.tag),
    stop: () => process.exit(0),
};

process.on('uncaughtException', (error) => {
    tell({ event: 'error', text: String(error) });
    process.exitCode = 1;
    process.stdout.write('', () => process.exit());
});

readline.createInterface({ input: process.stdin, crlfDelay: Infinity })
    .on('line', async (line) => {
        let name;
        try {
            const command = JSON.parse(line);
            name = command.command;
            if (!Object.hasOwn(commands, name)) {
                throw new Error('unknown command');
            }
            await commands[name](command);
        } catch (error) {
            tell({ event: 'error', command: name, text: String(error) });
        }
    })
    .on('close', () => process.exit(0));
