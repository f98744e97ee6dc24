package org.cloakwork.itests.web;

import java.time.Duration;
import java.util.Map;
import org.cloakwork.api.LocalNetwork;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;

/** A local network with a client of the JVM that is an exit to this machine. */
final class WebWorld implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(2);

    final LocalNetwork network = LocalNetwork.builder().start();
    final MixnetClient exit = MixnetClient.builder().network(network).start();
    private final FrontEnd.Serving serving;

    WebWorld() throws Exception {
        exit.awaitReady(READY);
        serving = new ExitFrontEnd(Map.of()).serve(exit,
                Map.of("policy", "reject *:9, accept 127.0.0.0/8:*, accept [::1]:*", "allow-private", "true"));
    }

    /** Where things are, for tests in Node. */
    Map<String, String> environment() {
        return Map.of("CLOAKWORK_DIRECTORY", network.directory().toString(), "CLOAKWORK_EXIT",
                exit.address().toString());
    }

    @Override
    public void close() {
        serving.close();
        exit.close();
        network.close();
    }
}
