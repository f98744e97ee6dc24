package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Framework;

/** A network in this process: how large it is, and its start. */
public final class Localnet {

    static final Duration LEAST_ROTATION = Duration.ofSeconds(4);
    static final Duration LONGEST_ROTATION = Duration.ofDays(366);

    private Localnet() {
    }

    public static Options options() {
        return new Options()
                .addOption(Arguments.option("mixes-per-layer", "N",
                "mix nodes in each of the three layers (default 1)"))
                .addOption(Arguments.option("gateways", "N", "gateways (default 2)"));
    }

    public static Map<String, Object> configuration(CommandLine line) throws UsageException {
        Map<String, Object> configuration = new HashMap<>();
        configuration.put("mixes-per-layer", Arguments.number(line, "mixes-per-layer", 1, 1, 80));
        configuration.put("gateways", Arguments.number(line, "gateways", 2, 1, 80));
        configuration.put("directory-port", Arguments.number(line, "directory-port", 0, 0, 65535));
        configuration.put("gateway-port", Arguments.number(line, "gateway-port", 0, 0, 65535));
        configuration.put("mix-port", Arguments.number(line, "mix-port", 0, 0, 65535));
        configuration.put("rotation-millis",
                Arguments.time(line, "rotation", LEAST_ROTATION, LONGEST_ROTATION).map(Duration::toMillis).orElse(0L));
        return configuration;
    }

    public static LocalNetwork start(Framework framework, Map<String, Object> configuration)
            throws IOException, InterruptedException, UsageException {
        framework.configure("org.cloakwork.localnet", configuration);
        try {
            return framework.await(LocalNetwork.class, "", Duration.ofSeconds(20),
                    "org.cloakwork.localnet.network.LocalNetworkComponent", "the local network");
        } catch (IllegalStateException e) {
            throw new UsageException(e.getMessage());
        }
    }
}
