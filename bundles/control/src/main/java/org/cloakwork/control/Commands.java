package org.cloakwork.control;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Parameter;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.PartFactory;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands of the shell. What they return is for people. */
@Component(service = Commands.class, property = {"osgi.command.scope=cloakwork", "osgi.command.function=parts",
    "osgi.command.function=swap", "osgi.command.function=clients", "osgi.command.function=state",
    "osgi.command.function=drops"})
public final class Commands {

    private static final String USES = "cloakwork.uses.";
    private static final String PROBLEMS = "cloakwork.problems";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final BundleContext context;
    private final Configurations configurations;

    /**
     * @param context        of this bundle
     * @param configurations what parts are chosen with
     */
    @Activate
    public Commands(BundleContext context, @Reference Configurations configurations) {
        this.context = context;
        this.configurations = configurations;
    }

    /** A client that runs. */
    private record Running(String name, MixnetClient client, ServiceReference<MixnetClient> reference) {

        String uses(String kind) {
            return String.valueOf(reference.getProperty(USES + kind));
        }
    }

    private List<Running> running() {
        return references(MixnetClient.class).stream()
                .map(reference -> new Running(String.valueOf(reference.getProperty(MixnetClient.NAME_PROPERTY)),
                        context.getService(reference), reference))
                .filter(running -> running.client() != null)
                .sorted(Comparator.comparing(Running::name)).toList();
    }

    private <T> List<ServiceReference<T>> references(Class<T> type) {
        try {
            return List.copyOf(context.getServiceReferences(type, null));
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@return every part that is there, who uses it, and what is wrong} */
    public String parts() {
        List<Running> running = running();
        Map<String, List<String>> served = served();
        Table table = new Table("kind", "name", "state", "used by", "bundle");
        for (Inventory.Part part : configurations.inventory().parts()) {
            List<String> users = part.kind().equals(Inventory.FRONT_END)
                    ? served.getOrDefault(part.name(), List.of())
                    : running.stream().filter(client -> client.uses(part.kind()).equals(part.name()))
                            .map(Running::name).toList();
            boolean used = !users.isEmpty() && part.isAvailable();
            table.row(part.kind(), part.name(), used ? "in use" : part.state(), String.join(", ", users),
                    part.bundle());
        }
        return table + problems(running);
    }

    /** Clients and addresses by the names of front-ends. */
    private Map<String, List<String>> served() {
        Map<String, List<String>> served = new TreeMap<>();
        for (ServiceReference<FrontEnd.Serving> reference : references(FrontEnd.Serving.class)) {
            FrontEnd.Serving serving = context.getService(reference);
            if (serving != null) {
                served.computeIfAbsent(String.valueOf(reference.getProperty(PartFactory.NAME_PROPERTY)), name -> new ArrayList<>())
                        .add(reference.getProperty(MixnetClient.NAME_PROPERTY) + serving.addresses().stream()
                                .map(address -> " " + address).collect(Collectors.joining()));
            }
        }
        return served;
    }

    private String problems(List<Running> running) {
        List<String> lines = new ArrayList<>(configurations.problems().stream().map(Problem::toString).toList());
        for (Running client : running) {
            if (client.reference().getProperty(PROBLEMS) instanceof String[] problems) {
                for (String problem : problems) {
                    lines.add("client " + client.name() + ": " + problem);
                }
            }
        }
        return lines.isEmpty() ? "" : lines.stream().collect(Collectors.joining("\n  ", "\nwrong:\n  ", "\n"));
    }

    /**
     * Has running clients use another part.
     *
     * @param client whose part it is; empty: of all clients
     * @param save   whether the configuration file shall say so, too
     * @param kind   of the part
     * @param name   of the part
     * @return what was done
     * @throws IOException           if it cannot be saved
     * @throws InterruptedException  if the thread is interrupted
     * @throws IllegalStateException if the part does not come into use
     */
    public String swap(
            @Parameter(names = "--client", absentValue = "") String client,
            @Parameter(names = "--save", presentValue = "true", absentValue = "false") boolean save,
            String kind, String name) throws IOException, InterruptedException {
        Map<String, String> before =
                configurations.swap(Optional.of(client).filter(text -> !text.isEmpty()), kind, name);
        if (before.isEmpty()) {
            throw new IllegalStateException("no client runs here");
        }
        await(before.keySet(), kind, name);
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, String> changed : before.entrySet()) {
            lines.add("client " + changed.getKey() + ": " + kind + " " + changed.getValue() + " -> " + name);
            if (save) {
                lines.add("written to " + configurations.save(changed.getKey(), kind, name));
            }
        }
        if (!save) {
            lines.add("not written to the configuration: the next start does not know of it (swap --save writes it)");
        }
        return lines.stream().distinct().collect(Collectors.joining("\n", "", "\n"));
    }

    private void await(Set<String> clients, String kind, String name) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<String> late = running().stream()
                    .filter(client -> clients.contains(client.name()) && !client.uses(kind).equals(name))
                    .map(Running::name).toList();
            if (late.isEmpty()) {
                return;
            }
            if (System.nanoTime() > end) {
                String state = configurations.inventory().parts().stream()
                        .filter(part -> part.kind().equals(kind) && part.name().equals(name)).findFirst()
                        .map(Inventory.Part::state).orElse("gone");
                throw new IllegalStateException("client " + String.join(", ", late) + " does not use " + kind + " "
                        + name + " yet, which is: " + state);
            }
            Thread.sleep(10);
        }
    }

    /** {@return who runs here, with which parts and addresses} */
    public String clients() {
        List<String> titles = new ArrayList<>(List.of("client", "state"));
        titles.addAll(Inventory.KINDS);
        titles.add("address");
        Table table = new Table(titles.toArray(String[]::new));
        for (Running client : running()) {
            String address;
            try {
                address = client.client().address().toString();
            } catch (IllegalStateException e) {
                address = "not known yet";
            }
            List<String> row = new ArrayList<>(List.of(client.name(), client.client().state().word()));
            Inventory.KINDS.forEach(kind -> row.add(client.uses(kind)));
            row.add(address);
            table.row(row.toArray(String[]::new));
        }
        return table.toString();
    }

    /** {@return how each client is, why, and what is wrong} */
    public String state() {
        StringBuilder text = new StringBuilder();
        List<Running> running = running();
        for (Running client : running) {
            Map<String, Long> counters = client.client().counters();
            text.append(("%s: %s%n  messages: %d sent, %d acknowledged, %d failed, %d in flight, %d received%n"
                    + "  packets: %d data, %d sent again, %d cover%n").formatted(
                    client.name(), client.client().state().text(), counters.get("messages.created"),
                    counters.get("messages.acknowledged"), counters.get("messages.failed"),
                    counters.get("messages.in-flight"), counters.get("messages.received"),
                    counters.get("packets.sent.data"), counters.get("packets.sent.retransmission"),
                    counters.get("packets.sent.cover")));
            client.client().warnings().forEach(warning -> text.append("  warning: ").append(warning).append('\n'));
        }
        return text + problems(running);
    }

    /** {@return what was dropped or failed, and how often, by client} */
    public String drops() {
        StringBuilder text = new StringBuilder();
        for (Running client : running()) {
            Table table = new Table(client.name(), "");
            client.client().counters().forEach((name, count) -> {
                if (count > 0 && (name.contains("dropped") || name.contains("failed") || name.contains("expired")
                        || name.endsWith(".lost") || name.endsWith("errors") || name.endsWith("failures"))) {
                    table.row(name, count.toString());
                }
            });
            text.append(table.isEmpty() ? client.name() + ": nothing\n" : table);
        }
        return text.toString();
    }
}
