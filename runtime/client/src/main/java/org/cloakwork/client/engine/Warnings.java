package org.cloakwork.client.engine;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cloakwork.spi.topology.Node;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What does not keep a client from working and should be known: said once in the log, and to whoever asks. */
final class Warnings {

    static final String UNCOVERED =
            "nothing covers the link to the gateway: whoever watches it sees when messages leave, "
            + "and how much; the cover part poisson hides that";

    private static final Logger LOG = LoggerFactory.getLogger(Warnings.class);

    private final Set<String> said = new HashSet<>();
    private volatile List<String> present = List.of();

    /** @param sentences all that is to be said now */
    void set(List<String> sentences) {
        present = List.copyOf(sentences);
        present.stream().filter(said::add).forEach(LOG::warn);
    }

    /** {@return what was set last; may be asked from any thread} */
    List<String> present() {
        return present;
    }

    /** {@return whether somebody else could watch the link to that gateway} */
    static boolean isElsewhere(Node gateway) {
        return gateway.entry().filter(entry -> entry.hostname().filter(name -> !name.equals("localhost")).isPresent()
                || !entry.addresses().stream().allMatch(InetAddress::isLoopbackAddress)).isPresent();
    }
}
