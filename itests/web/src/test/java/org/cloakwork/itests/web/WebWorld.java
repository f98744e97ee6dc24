package org.cloakwork.itests.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;

/**
 * A local network with two clients of the JVM: an exit to this machine, and a peer. The peer answers what has reply
 * blocks with the same bytes; a message {@code N ADDRESS} has it send N bytes to the address.
 */
final class WebWorld implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(2);
    private static final Duration DOWN = Duration.ofSeconds(1);
    private static final String ASK = "ask ";
    private static final String RESTART = "restart ";
    private static final Pattern ORDER = Pattern.compile("([0-9]{1,7}) ([0-9A-Za-z.@]+)");
    private static final int MOST_ORDER_BYTES = 200;

    private final LocalNetwork network = LocalNetwork.builder().start();
    private final MixnetClient exit = MixnetClient.builder().network(network).start();
    private final MixnetClient peer = MixnetClient.builder().network(network).start();
    private final FrontEnd.Serving serving;
    private final List<MixnetClient> peers = new ArrayList<>();

    WebWorld() throws Exception {
        exit.awaitReady(READY);
        peer.awaitReady(READY);
        peer.subscribe(this::answer);
        serving = new ExitFrontEnd(Map.of()).serve(exit,
                Map.of("policy", "reject *:9, accept 127.0.0.0/8:*, accept [::1]:*", "allow-private", "true"));
    }

    /**
     * {@return the address of a client that sends back what it is sent: what can be answered as the answer, else to the
     * address in its first line; that asks an address anonymously, and restarts a gateway, when told to}
     */
    String echo() throws Exception {
        MixnetClient echo = MixnetClient.builder().network(network).start();
        peers.add(echo);
        echo.awaitReady(READY);
        AtomicReference<String> asker = new AtomicReference<>();
        echo.subscribe(message -> {
            if (message.sender().isPresent()) {
                echo.reply(message.sender().get(), message.payload());
            } else if (message.origin() instanceof ReceivedMessage.Answer) {
                echo.send(MixnetAddress.parse(asker.get()), message.payload());
            } else if (message.text().startsWith(ASK)) {
                asker.set(message.text().substring(ASK.length()));
                echo.send(MixnetAddress.parse(asker.get()), "what do you say?".getBytes(StandardCharsets.UTF_8),
                        SendOptions.DEFAULT.withReplySurbs());
            } else if (message.text().startsWith(RESTART)) {
                restart(IdentityKey.parse(message.text().substring(RESTART.length())));
            } else {
                int line = 0;
                while (message.payload()[line] != '\n') {
                    line++;
                }
                echo.send(MixnetAddress.parse(new String(message.payload(), 0, line, StandardCharsets.US_ASCII)),
                        Arrays.copyOfRange(message.payload(), line + 1, message.payload().length));
            }
        });
        return echo.address().toString();
    }

    private void restart(IdentityKey gateway) {
        Thread.ofVirtual().name("gateway-restart").start(() -> {
            try {
                network.restartGateway(gateway, DOWN);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void answer(ReceivedMessage message) {
        if (message.sender().isPresent()) {
            peer.reply(message.sender().get(), message.payload());
        } else if (message.payload().length < MOST_ORDER_BYTES) {
            Matcher order = ORDER.matcher(message.text());
            if (order.matches()) {
                peer.send(MixnetAddress.parse(order.group(2)), new byte[Integer.parseInt(order.group(1))]);
            }
        }
    }

    /** Where things are, for tests in Node. */
    Map<String, String> environment() {
        return Map.of("CLOAKWORK_DIRECTORY", network.directory().toString(), "CLOAKWORK_EXIT",
                exit.address().toString(), "CLOAKWORK_PEER", peer.address().toString());
    }

    @Override
    public void close() {
        serving.close();
        peers.forEach(MixnetClient::close);
        peer.close();
        exit.close();
        network.close();
    }
}
