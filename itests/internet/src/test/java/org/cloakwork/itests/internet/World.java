package org.cloakwork.itests.internet;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;

/** A local network with an exit that reaches this machine only, and a client on another gateway. */
final class World implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(2);

    final LocalNetwork network = LocalNetwork.builder().start();
    final MixnetClient exitClient = client(0);
    final MixnetClient client = client(1);
    /** Whom the exit has had messages from. */
    final Set<SenderTag> senders = ConcurrentHashMap.newKeySet();
    private FrontEnd.Serving exit;

    World() throws Exception {
        exitClient.awaitReady(READY);
        client.awaitReady(READY);
        exitClient.intercept(message -> {
            message.sender().ifPresent(senders::add);
            return false;
        });
        giveExit();
        network.announce(new KnownExit(exitClient.address(), Optional.empty(), OptionalInt.empty()));
    }

    private MixnetClient client(int gateway) {
        return MixnetClient.builder().network(network)
                .gateway(network.topology().gateways().get(gateway).identity()).start();
    }

    void giveExit() throws Exception {
        exit = new ExitFrontEnd(Map.of()).serve(exitClient, Map.of("policy", "accept 127.0.0.0/8:*", "allow-private",
                "true"));
    }

    void takeExit() {
        exit.close();
    }

    @Override
    public void close() {
        exit.close();
        client.close();
        exitClient.close();
        network.close();
    }
}
