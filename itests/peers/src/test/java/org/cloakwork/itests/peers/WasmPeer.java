package org.cloakwork.itests.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.LocalNetwork;
import org.cloakwork.api.MixnetAddress;

/** The Nym client of the npm package in a process of its own. Not for use by several threads. */
final class WasmPeer implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A message it received.
     *
     * @param payload   the bytes
     * @param senderTag base58, what it answers with; empty for plain messages and replies
     */
    record Received(byte[] payload, Optional<String> senderTag) {
    }

    private final Process process;
    private final Writer commands;
    private final Path log;
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    private final MixnetAddress address;

    private WasmPeer(Path script, Path log, LocalNetwork network, Optional<IdentityKey> gateway, boolean cover)
            throws IOException, InterruptedException {
        this.log = log;
        process = new ProcessBuilder("node", script.toAbsolutePath().toString()).redirectError(log.toFile()).start();
        commands = process.outputWriter();
        try {
            Thread.ofVirtual().name("wasm-peer-events").start(this::read);
            ObjectNode start = JSON.createObjectNode().put("command", "start")
                    .put("directory", network.directory().toString()).put("cover", cover);
            gateway.ifPresent(identity -> start.put("gateway", identity.toString()));
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

        private final LocalNetwork network;
        private Optional<IdentityKey> gateway = Optional.empty();
        private boolean cover;

        Builder(LocalNetwork network) {
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

        WasmPeer start() throws IOException, InterruptedException {
            Path script = NodePackage.installed();
            return new WasmPeer(script, Files.createTempFile(script.toAbsolutePath().getParent(), "peer-", ".log"),
                    network, gateway, cover);
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

    void reply(String senderTag, byte[] message) throws IOException {
        tell(command("reply", message).put("tag", senderTag));
    }

    Received receive(Duration limit) throws InterruptedException {
        JsonNode event = event("received", limit);
        return new Received(Base64.getDecoder().decode(event.get("base64").textValue()),
                Optional.ofNullable(event.get("senderTag")).map(JsonNode::textValue));
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
                    + "\", see " + log);
        }
        if (!event.get("event").textValue().equals(name)) {
            throw new AssertionError("the wasm peer told " + event + " instead of \"" + name + "\", see " + log);
        }
        return event;
    }
}
