package org.cloakwork.itests.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.local.LocalNetwork;

/** The Nym client of the npm package in a process of its own. Not for use by several threads. */
final class WasmPeer implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
    /** What the peers of all tests write about themselves. */
    private static final Path LOG = Path.of("target", "peers.log");
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A message it received.
     *
     * @param payload   the bytes
     * @param senderTag what it answers with; empty for plain messages and replies
     */
    record Received(byte[] payload, Optional<SenderTag> senderTag) {
    }

    private final Process process;
    private final Writer commands;
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    private final MixnetAddress address;

    private WasmPeer(Path script, LocalNetwork network, Optional<IdentityKey> gateway, boolean cover,
            Optional<Duration> refresh)
            throws IOException, InterruptedException {
        process = new ProcessBuilder("node", script.toAbsolutePath().toString())
                .redirectError(ProcessBuilder.Redirect.appendTo(LOG.toFile())).start();
        commands = process.outputWriter();
        try {
            Thread.ofVirtual().name("wasm-peer-events").start(this::read);
            ObjectNode start = JSON.createObjectNode().put("command", "start")
                    .put("directory", network.directory().toString()).put("cover", cover);
            gateway.ifPresent(identity -> start.put("gateway", identity.toString()));
            refresh.ifPresent(period -> start.put("refreshMillis", period.toMillis()));
            tell(start);
            address = MixnetAddress.parse(event("ready", START_LIMIT).get("address").textValue());
            tell(JSON.createObjectNode().put("command", "address"));
            String again = event("address", START_LIMIT).get("address").textValue();
            if (!again.equals(address.toString())) {
                throw new AssertionError("the address is written differently: " + again + " and " + address);
            }
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** Starts one, by default without cover traffic, and waits until it is ready. */
    static final class Builder {

        private final Path script;
        private final LocalNetwork network;
        private Optional<IdentityKey> gateway = Optional.empty();
        private boolean cover;
        private Optional<Duration> refresh = Optional.empty();

        Builder(Path script, LocalNetwork network) {
            this.script = script;
            this.network = network;
        }

        Builder gateway(IdentityKey identity) {
            gateway = Optional.of(identity);
            return this;
        }

        Builder withItsDefaultCover() {
            cover = true;
            return this;
        }

        /** It asks for the topology so often, not every five minutes. */
        Builder refreshing(Duration period) {
            refresh = Optional.of(period);
            return this;
        }

        WasmPeer start() throws IOException, InterruptedException {
            return new WasmPeer(script, network, gateway, cover, refresh);
        }
    }

    MixnetAddress address() {
        return address;
    }

    void send(MixnetAddress recipient, byte[] message) throws IOException {
        tell(command("send", message).put("to", recipient.toString()));
    }

    void sendAnonymously(MixnetAddress recipient, byte[] message, int replySurbs) throws IOException {
        tell(command("sendAnonymous", message).put("to", recipient.toString()).put("replySurbs", replySurbs));
    }

    void reply(SenderTag senderTag, byte[] message) throws IOException {
        tell(command("reply", message).put("tag", senderTag.toString()));
    }

    Received receive(Duration limit) throws InterruptedException {
        JsonNode event = event("received", limit);
        return new Received(Base64.getDecoder().decode(event.get("base64").textValue()),
                Optional.ofNullable(event.get("senderTag"))
                        .map(tag -> new SenderTag(HexFormat.of().parseHex(tag.textValue()))));
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try (commands) {
            tell(JSON.createObjectNode().put("command", "stop"));
        } catch (IOException e) {
            // Already ended.
        }
        if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new IOException("the peer did not stop in " + STOP_LIMIT.toSeconds() + " s");
        }
    }

    private static ObjectNode command(String name, byte[] message) {
        return JSON.createObjectNode().put("command", name)
                .put("base64", Base64.getEncoder().encodeToString(message));
    }

    private void tell(ObjectNode command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                events.add(JSON.readTree(line));
            }
            events.add(error("the process ended"));
        } catch (IOException e) {
            events.add(error("its output cannot be read: " + e.getMessage()));
        }
    }

    private static ObjectNode error(String text) {
        return JSON.createObjectNode().put("event", "error").put("text", text);
    }

    private JsonNode event(String name, Duration limit) throws InterruptedException {
        JsonNode event = events.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (event == null) {
            throw new AssertionError("the wasm peer told nothing for " + limit.toSeconds() + " s instead of \"" + name
                    + "\", see " + LOG);
        }
        if (!event.get("event").textValue().equals(name)) {
            throw new AssertionError("the wasm peer told " + event + " instead of \"" + name + "\", see " + LOG);
        }
        return event;
    }
}
