package org.cloakwork.itests.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.cloakwork.api.LocalNetwork;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;

/** A local network with a client of the JVM that is an exit to this machine. */
final class WebWorld implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(2);
    private static final String ASK = "ask ";

    final LocalNetwork network = LocalNetwork.builder().start();
    final MixnetClient exit = MixnetClient.builder().network(network).start();
    private final FrontEnd.Serving serving;
    private final List<MixnetClient> peers = new ArrayList<>();

    WebWorld() throws Exception {
        exit.awaitReady(READY);
        serving = new ExitFrontEnd(Map.of()).serve(exit,
                Map.of("policy", "reject *:9, accept 127.0.0.0/8:*, accept [::1]:*", "allow-private", "true"));
    }

    /**
     * {@return the address of a client that sends back what it is sent: what can be answered as the answer, else to the
     * address in its first line; and that asks an address anonymously when told to}
     */
    String peer() throws Exception {
        MixnetClient peer = MixnetClient.builder().network(network).start();
        peers.add(peer);
        peer.awaitReady(READY);
        AtomicReference<String> asker = new AtomicReference<>();
        peer.subscribe(message -> {
            if (message.sender().isPresent()) {
                peer.reply(message.sender().get(), message.payload());
            } else if (message.origin() instanceof ReceivedMessage.Answer) {
                peer.send(MixnetAddress.parse(asker.get()), message.payload());
            } else if (message.text().startsWith(ASK)) {
                asker.set(message.text().substring(ASK.length()));
                peer.send(MixnetAddress.parse(asker.get()), "what do you say?".getBytes(StandardCharsets.UTF_8),
                        SendOptions.DEFAULT.withReplySurbs());
            } else {
                int line = 0;
                while (message.payload()[line] != '\n') {
                    line++;
                }
                peer.send(MixnetAddress.parse(new String(message.payload(), 0, line, StandardCharsets.US_ASCII)),
                        Arrays.copyOfRange(message.payload(), line + 1, message.payload().length));
            }
        });
        return peer.address().toString();
    }

    /** Where things are, for tests in Node. */
    Map<String, String> environment() {
        return Map.of("CLOAKWORK_DIRECTORY", network.directory().toString(), "CLOAKWORK_EXIT",
                exit.address().toString());
    }

    @Override
    public void close() {
        serving.close();
        peers.forEach(MixnetClient::close);
        exit.close();
        network.close();
    }
}
