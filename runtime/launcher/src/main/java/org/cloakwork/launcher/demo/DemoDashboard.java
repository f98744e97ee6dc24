package org.cloakwork.launcher.demo;

import java.io.PrintStream;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.commands.Instance;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.spi.frontend.FrontEnd;

/** The page on which the demo can be watched, with a token of its own for each run. */
final class DemoDashboard {

    static final int PORT = 1981;

    private static final String NAME = "dashboard";
    private static final int TOKEN_BYTES = 18;
    private static final Duration START = Duration.ofSeconds(30);

    private final Framework framework;
    private final String client;
    private final String token;

    /**
     * @param client whose door it is
     * @param port   to take
     * @param others front-ends that the client has anyway, separated by commas
     */
    DemoDashboard(Framework framework, Instance instance, String client, int port, String others) {
        this.framework = framework;
        this.client = client;
        byte[] secret = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(secret);
        token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        String file = Instance.client(client);
        instance.set(file, Instance.FRONT_ENDS, Stream.of(others, NAME).filter(name -> !name.isBlank())
                .collect(Collectors.joining(",")));
        instance.set(file, NAME + ".port", String.valueOf(port));
        instance.set(file, NAME + ".token", token);
    }

    /** {@return whether it is among the bundles} */
    static boolean isThere(Framework framework) {
        return framework.parts("frontend").contains(NAME);
    }

    /** Says where it is; the client has been started. */
    void announce(PrintStream out) throws InterruptedException, UsageException {
        URI address = framework.await(FrontEnd.Serving.class,
                "(&(cloakwork.client=" + client + ")(cloakwork.name=" + NAME + "))", START,
                "org.cloakwork.frontend.dashboard.DashboardFrontEnd", "the dashboard").addresses().getFirst();
        out.println("Watch it: " + address + "#token=" + token);
        out.flush();
    }
}
