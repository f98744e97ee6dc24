package org.cloakwork.launcher.commands;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.UsageException;

/**
 * A network that is named on the command line: the topology part that knows it, and what that part is told. Source:
 * protocol/7-network, 3.
 *
 * @param topology      the part's name
 * @param file          of its configuration
 * @param configuration keys and values
 */
record NamedNetwork(String topology, String file, Map<String, String> configuration) {

    static final String OPTION = "network";
    static final String TOPOLOGY_FILE = "org.cloakwork.topology.file";

    private static final String FILE = "file";
    private static final String NYM_API = "nym-api";
    /** Directories and the hosts that hand on to them, as Nym's release 2026.9 ships them. */
    private static final Map<String, Map<String, String>> KNOWN = new TreeMap<>(Map.of(
            "mainnet", Map.of("urls", "https://validator.nymtech.net/api/, "
                    + "https://nym-frontdoor.global.ssl.fastly.net/api/, https://cdn1.media-platform.net/api/",
                    "fronts", "nym-frontdoor.global.ssl.fastly.net=yelp.global.ssl.fastly.net"),
            "sandbox", Map.of("urls", "https://sandbox-nym-api1.nymtech.net/api/, "
                    + "https://nym-frontdoor.vercel.app/sandbox/nym-api/",
                    "fronts", "nym-frontdoor.vercel.app=vercel.app, nym-frontdoor.vercel.app=vercel.com")));
    private static final String ALLOWED = String.join(", ", KNOWN.keySet())
            + ", http or https URLs of directories separated by commas, or a file";

    /** @param purpose for people */
    static Option option(String purpose) {
        return Arguments.option(OPTION, "NETWORK", purpose + ": " + ALLOWED);
    }

    /** @throws UsageException if it names none */
    static NamedNetwork of(CommandLine line) throws UsageException {
        String text = line.getOptionValue(OPTION).strip();
        if (KNOWN.containsKey(text)) {
            return new NamedNetwork(NYM_API, Instance.NYM_API, KNOWN.get(text));
        }
        if (text.contains("://")) {
            List<String> urls = new ArrayList<>();
            for (String url : text.split(",")) {
                URI checked = Arguments.url(OPTION, url.strip(), Set.of("http", "https"), ALLOWED);
                urls.add(checked.toString());
            }
            return new NamedNetwork(NYM_API, Instance.NYM_API, Map.of("urls", String.join(",", urls)));
        }
        try {
            Path path = Path.of(text);
            if (Files.exists(path)) {
                return new NamedNetwork(FILE, TOPOLOGY_FILE, Map.of("path", path.toAbsolutePath().toString()));
            }
        } catch (InvalidPathException e) {
            // as below
        }
        throw new UsageException("--" + OPTION + " " + text + ": there is no such file; allowed: " + ALLOWED);
    }

    /** {@return the name of the component that is the part} */
    String component() {
        return isFile() ? "org.cloakwork.topology.file.FileTopology" : "org.cloakwork.topology.nymapi.NymApiTopology";
    }

    /** {@return whether a file describes it: one that is wrong stays wrong} */
    boolean isFile() {
        return topology.equals(FILE);
    }

    /** Has the clients of an instance join it. */
    void set(Instance instance) {
        instance.set(Instance.CLIENTS, "topology", topology);
        configuration.forEach((key, value) -> instance.set(file, key, value));
    }
}
