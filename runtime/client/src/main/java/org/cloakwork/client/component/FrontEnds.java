package org.cloakwork.client.component;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.PartFactory;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The front-ends that a client's configuration names: each serves while it is there, and the client runs. One that
 * refuses its new settings goes on with the last ones it took. What serves is a service with the names of client and
 * front-end, so that others can tell where.
 */
final class FrontEnds {

    private static final Logger LOG = LoggerFactory.getLogger(FrontEnds.class);

    /** @param settings that are wanted, whether it took them or goes on with others */
    private record Open(FrontEnd part, Map<String, String> settings, FrontEnd.Serving serving,
                        ServiceRegistration<FrontEnd.Serving> registration) {
    }

    private final Consumer<List<String>> onProblems;
    private final Consumer<List<String>> onMistakes;
    @GuardedBy("this")
    private final Map<String, FrontEnd> present = new HashMap<>();
    @GuardedBy("this")
    private final Map<String, Open> open = new HashMap<>();
    /** The last settings that each of them took. */
    @GuardedBy("this")
    private final Map<String, Map<String, String>> taken = new HashMap<>();
    @GuardedBy("this")
    private final Map<String, String> problems = new TreeMap<>();
    /** Of the problems those that lie in the settings. */
    @GuardedBy("this")
    private final Map<String, String> mistakes = new TreeMap<>();
    @GuardedBy("this")
    private List<String> told = List.of();
    @GuardedBy("this")
    private Map<String, Map<String, String>> wanted = Map.of();
    @GuardedBy("this")
    private BundleContext context;
    @GuardedBy("this")
    private String name;
    @GuardedBy("this")
    private MixnetClient client;

    /**
     * @param onProblems told what is wrong, whenever that changes
     * @param onMistakes told what of it no time mends, too
     */
    FrontEnds(Consumer<List<String>> onProblems, Consumer<List<String>> onMistakes) {
        this.onProblems = onProblems;
        this.onMistakes = onMistakes;
    }

    /** @param settings by the names of those wanted */
    synchronized void choose(Map<String, Map<String, String>> settings) {
        wanted = new LinkedHashMap<>(settings);
        update();
    }

    synchronized void start(BundleContext bundleContext, String clientName, MixnetClient served) {
        context = bundleContext;
        name = clientName;
        client = served;
        update();
    }

    synchronized void add(FrontEnd part, String partName) {
        present.put(partName, part);
        update();
    }

    synchronized void remove(FrontEnd part) {
        present.values().removeIf(candidate -> candidate == part);
        update();
    }

    synchronized void close() {
        client = null;
        update();
    }

    /** What is open and not wanted any more, or not in this way, closes first: what follows may need its port. */
    @GuardedBy("this")
    private void update() {
        Iterator<Map.Entry<String, Open>> entries = open.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Open> entry = entries.next();
            Open now = entry.getValue();
            if (client == null || present.get(entry.getKey()) != now.part()
                    || !now.settings().equals(wanted.get(entry.getKey()))) {
                entries.remove();
                close(entry.getKey(), now);
            }
        }
        problems.keySet().retainAll(wanted.keySet());
        mistakes.keySet().retainAll(problems.keySet());
        if (client != null) {
            wanted.forEach((frontEnd, settings) -> {
                FrontEnd part = present.get(frontEnd);
                if (part == null) {
                    problems.put(frontEnd, "no front-end part \"" + frontEnd + '"');
                } else if (!open.containsKey(frontEnd)) {
                    open(frontEnd, part, settings);
                }
            });
        }
        List<String> wrong = List.copyOf(problems.values());
        if (!wrong.equals(told)) {
            told = wrong;
            onProblems.accept(wrong);
            onMistakes.accept(List.copyOf(mistakes.values()));
        }
    }

    @GuardedBy("this")
    private void open(String frontEnd, FrontEnd part, Map<String, String> settings) {
        try {
            serve(frontEnd, part, settings, settings);
            taken.put(frontEnd, settings);
            problems.remove(frontEnd);
            mistakes.remove(frontEnd);
        } catch (IOException | RuntimeException e) {
            Map<String, String> last = taken.get(frontEnd);
            boolean goesOn = last != null && !last.equals(settings) && goesOn(frontEnd, part, settings, last);
            String problem = "front-end " + frontEnd + ": " + e.getMessage()
                    + (goesOn ? "; the last good settings stay in force" : "");
            if (e instanceof IllegalArgumentException) {
                mistakes.put(frontEnd, problem);
            } else {
                mistakes.remove(frontEnd);
            }
            if (!problem.equals(problems.put(frontEnd, problem))) {
                LOG.error("client {}: {}", name, problem);
            }
        }
    }

    @GuardedBy("this")
    private boolean goesOn(String frontEnd, FrontEnd part, Map<String, String> settings, Map<String, String> last) {
        try {
            serve(frontEnd, part, settings, last);
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.debug("nor does it start with its last settings", e);
            return false;
        }
    }

    @GuardedBy("this")
    private void serve(String frontEnd, FrontEnd part, Map<String, String> settings, Map<String, String> used)
            throws IOException {
        FrontEnd.Serving serving = part.serve(client, used);
        open.put(frontEnd, new Open(part, settings, serving, context.registerService(FrontEnd.Serving.class, serving,
                new Hashtable<>(Map.of(MixnetClient.NAME_PROPERTY, name, PartFactory.NAME_PROPERTY, frontEnd)))));
        LOG.info("client {}: front-end {} serves at {}", name, frontEnd, serving.addresses());
    }

    @GuardedBy("this")
    private void close(String frontEnd, Open ended) {
        try {
            ended.registration().unregister();
            ended.serving().close();
        } catch (RuntimeException e) {
            LOG.error("client {}: closing front-end {} failed", name, frontEnd, e);
        }
    }
}
