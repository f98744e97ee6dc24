package org.cloakwork.control;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Parameter;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.part.PartKind;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands of the shell. What they return is for people. */
@Component(service = Commands.class, property = {"osgi.command.scope=cloakwork", "osgi.command.function=parts",
    "osgi.command.function=swap", "osgi.command.function=clients", "osgi.command.function=state",
    "osgi.command.function=drops", "osgi.command.function=exits"})
public final class Commands {

    private final Overview overview;
    private final Configurations configurations;

    /**
     * @param overview       what runs here
     * @param configurations what parts are chosen with
     */
    @Activate
    public Commands(@Reference Overview overview, @Reference Configurations configurations) {
        this.overview = overview;
        this.configurations = configurations;
    }

    /** {@return every part that is there, who uses it, and what is wrong} */
    public String parts() {
        Table table = new Table("kind", "name", "state", "used by", "bundle");
        for (Control.Part part : overview.parts()) {
            List<String> users = part.kind().equals(Inventory.FRONT_END) ? served(part.name()) : part.usedBy();
            boolean used = !users.isEmpty() && part.available();
            table.row(part.kind(), part.name(), used ? "in use" : part.state(), String.join(", ", users),
                    part.bundle());
        }
        return table + problems();
    }

    /** Clients and addresses of a front-end. */
    private List<String> served(String frontEnd) {
        return overview.doors().stream().filter(door -> door.frontEnd().equals(frontEnd))
                .map(door -> door.client() + door.serving().addresses().stream().map(address -> " " + address)
                        .collect(Collectors.joining())).toList();
    }

    private String problems() {
        List<String> lines = overview.problems();
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
                overview.swap(Optional.of(client).filter(text -> !text.isEmpty()), kind, name);
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

    private static String uses(Control.Client client, String kind) {
        return String.valueOf(client.uses().get(kind));
    }

    static Optional<MixnetAddress> address(Control.Client client) {
        try {
            return Optional.of(client.client().address());
        } catch (IllegalStateException e) {
            return Optional.empty();
        }
    }

    /** {@return who runs here, with which parts and addresses} */
    public String clients() {
        List<String> titles = new ArrayList<>(List.of("client", "state"));
        PartKind.OF_A_CLIENT.forEach(kind -> titles.add(kind.name()));
        titles.add("address");
        Table table = new Table(titles.toArray(String[]::new));
        for (Control.Client client : overview.clients()) {
            String address = address(client).map(MixnetAddress::toString).orElse("not known yet");
            List<String> row = new ArrayList<>(List.of(client.name(), client.client().state().word()));
            PartKind.OF_A_CLIENT.forEach(kind -> row.add(uses(client, kind.name())));
            row.add(address);
            table.row(row.toArray(String[]::new));
        }
        return table.toString();
    }

    /**
     * Tells how each client is, why, and what is wrong.
     *
     * @param json whether for programs
     * @return with the verdict whether all of them are ready
     */
    public CharSequence state(
            @Parameter(names = "--json", presentValue = "true", absentValue = "false") boolean json) {
        return new Verdict(overview.health().isReady(), json ? StateJson.of(overview) + "\n" : stateText());
    }

    private String stateText() {
        StringBuilder text = new StringBuilder();
        for (Control.Client client : overview.clients()) {
            Map<String, Long> counters = client.client().counters();
            text.append(("%s: %s%n  messages: %d sent, %d acknowledged, %d failed, %d in flight, %d received%n"
                    + "  packets: %d data, %d sent again, %d cover%n").formatted(
                    client.name(), client.client().state().text(), counters.get("messages.created"),
                    counters.get("messages.acknowledged"), counters.get("messages.failed"),
                    counters.get("messages.in-flight"), counters.get("messages.received"),
                    counters.get("packets.sent.data"), counters.get("packets.sent.retransmission"),
                    counters.get("packets.sent.cover")));
            address(client).ifPresent(address -> text.append("  address: ").append(address).append("\n  name: ")
                    .append(address.toHostName()).append('\n'));
            client.client().line().ifPresent(line -> text.append("  line: ").append(line).append('\n'));
            client.client().remedy().ifPresent(remedy -> text.append("  ").append(remedy).append('\n'));
            overview.warnings(client).forEach(warning -> text.append("  warning: ").append(warning).append('\n'));
        }
        return (text.isEmpty() ? overview.health().sentence() + "\n" : text) + problems();
    }

    /** {@return what was dropped or failed, and how often, by client} */
    public String drops() {
        StringBuilder text = new StringBuilder();
        for (Control.Client client : overview.clients()) {
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

    /**
     * Lists the exits that each client knows, and what is known of them.
     *
     * @param json    whether for programs
     * @param country of those that are wanted, a code of two letters; empty: all
     * @return with the verdict whether the network told them
     * @throws InterruptedException     if the thread is interrupted
     * @throws IllegalArgumentException if the country is no such code
     */
    public CharSequence exits(
            @Parameter(names = "--json", presentValue = "true", absentValue = "false") boolean json,
            @Parameter(names = "--country", absentValue = "") String country) throws InterruptedException {
        Optional<String> code = KnownExit.countryOf(country);
        if (code.isEmpty() && !country.isEmpty()) {
            throw new IllegalArgumentException("a country is an ISO 3166 code of two letters, like DE");
        }
        ExitLists exits = new ExitLists(overview, code);
        return json ? exits.json() : exits.text();
    }
}
