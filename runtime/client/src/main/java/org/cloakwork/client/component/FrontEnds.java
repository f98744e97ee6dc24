package org.cloakwork.client.component;

import java.io.IOException;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.PartFactory;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The front-ends that a client's configuration names: each serves while it is there, and the client runs. What serves is a
 * service with the names of client and front-end, so that others can tell where.
 */
final class FrontEnds {

    private static final Logger LOG = LoggerFactory.getLogger(FrontEnds.class);

    private record Open(FrontEnd part, Map<String, String> settings, FrontEnd.Serving serving,
                        ServiceRegistration<FrontEnd.Serving> registration) {
    }

    private final Map<String, FrontEnd> present = new HashMap<>();
    private final Map<String, Open> open = new HashMap<>();
    private Map<String, Map<String, String>> wanted = Map.of();
    private BundleContext context;
    private String name;
    private MixnetClient client;

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
        if (client != null) {
            wanted.forEach((frontEnd, settings) -> {
                FrontEnd part = present.get(frontEnd);
                if (part != null && !open.containsKey(frontEnd)) {
                    open(frontEnd, part, settings);
                }
            });
        }
    }

    private void open(String frontEnd, FrontEnd part, Map<String, String> settings) {
        try {
            FrontEnd.Serving serving = part.serve(client, settings);
            open.put(frontEnd, new Open(part, settings, serving, context.registerService(FrontEnd.Serving.class, serving,
                    new Hashtable<>(Map.of(MixnetClient.NAME_PROPERTY, name, PartFactory.NAME_PROPERTY, frontEnd)))));
            LOG.info("client {}: front-end {} serves at {}", name, frontEnd, serving.addresses());
        } catch (IOException | RuntimeException e) {
            LOG.error("client {}: front-end {} does not start: {}", name, frontEnd, e.getMessage());
        }
    }

    private void close(String frontEnd, Open ended) {
        try {
            ended.registration().unregister();
            ended.serving().close();
        } catch (RuntimeException e) {
            LOG.error("client {}: closing front-end {} failed", name, frontEnd, e);
        }
    }
}
