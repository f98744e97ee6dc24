package org.cloakwork.control;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.PartFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What runs here, from the services that are registered. */
@Component(service = {Control.class, Overview.class})
public final class Overview implements Control {

    private static final String USES = "cloakwork.uses.";
    private static final String PROBLEMS = "cloakwork.problems";
    private static final String MISTAKES = "cloakwork.mistakes";
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** From good to bad. */
    private static final List<String> STATES = List.of("ready", "connecting", "degraded", "stopped");

    private final BundleContext context;
    private final Configurations configurations;

    /**
     * @param context        of this bundle
     * @param configurations what parts are chosen with
     */
    @Activate
    public Overview(BundleContext context, @Reference Configurations configurations) {
        this.context = context;
        this.configurations = configurations;
    }

    private <T> List<ServiceReference<T>> references(Class<T> type) {
        try {
            return List.copyOf(context.getServiceReferences(type, null));
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<Client> clients() {
        List<Client> clients = new ArrayList<>();
        for (ServiceReference<MixnetClient> reference : references(MixnetClient.class)) {
            MixnetClient client = context.getService(reference);
            if (client != null) {
                Map<String, String> uses = new TreeMap<>();
                for (String key : reference.getPropertyKeys()) {
                    if (key.startsWith(USES)) {
                        uses.put(key.substring(USES.length()), String.valueOf(reference.getProperty(key)));
                    }
                }
                clients.add(new Client(String.valueOf(reference.getProperty(MixnetClient.NAME_PROPERTY)), client, uses,
                        reference.getProperty(PROBLEMS) instanceof List<?> problems
                                ? problems.stream().map(String::valueOf).toList() : List.of()));
            }
        }
        clients.sort(Comparator.comparing(Client::name));
        return clients;
    }

    @Override
    public List<Part> parts() {
        List<Client> clients = clients();
        List<Door> doors = doors();
        return configurations.inventory().parts().stream().map(part -> new Part(part.kind(), part.name(), part.bundle(),
                part.state(), part.isAvailable(), part.kind().equals(Inventory.FRONT_END)
                ? doors.stream().filter(door -> door.frontEnd().equals(part.name())).map(Door::client).toList()
                : clients.stream().filter(client -> part.name().equals(client.uses().get(part.kind())))
                        .map(Client::name).toList())).toList();
    }

    @Override
    public List<Door> doors() {
        List<Door> doors = new ArrayList<>();
        for (ServiceReference<FrontEnd.Serving> reference : references(FrontEnd.Serving.class)) {
            FrontEnd.Serving serving = context.getService(reference);
            if (serving != null) {
                doors.add(new Door(String.valueOf(reference.getProperty(MixnetClient.NAME_PROPERTY)),
                        String.valueOf(reference.getProperty(PartFactory.NAME_PROPERTY)), serving));
            }
        }
        doors.sort(Comparator.comparing(Door::client).thenComparing(Door::frontEnd));
        return doors;
    }

    @Override
    public List<String> problems() {
        return Stream.concat(configurations.problems().stream().map(Problem::toString), clients().stream()
                .flatMap(client -> client.problems().stream().map(problem -> "client " + client.name() + ": "
                + problem))).toList();
    }

    @Override
    public List<String> mistakes() {
        return Stream.concat(configurations.problems().stream().map(Problem::toString),
                references(MixnetClient.class).stream().flatMap(reference -> reference.getProperty(MISTAKES)
                        instanceof String[] mistakes ? Arrays.stream(mistakes) : Stream.of())).distinct().toList();
    }

    @Override
    public List<Installed> bundles() {
        return Arrays.stream(context.getBundles()).filter(bundle -> bundle.getBundleId() != 0)
                .map(bundle -> new Installed(bundle.getSymbolicName(), bundle.getVersion().toString(), state(bundle)))
                .sorted(Comparator.comparing(Installed::name)).toList();
    }

    private static String state(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.ACTIVE -> "active";
            case Bundle.STARTING -> "starting";
            case Bundle.STOPPING -> "stopping";
            case Bundle.RESOLVED -> "resolved";
            case Bundle.INSTALLED -> "installed";
            default -> "uninstalled";
        };
    }

    @Override
    public List<Setting> settings(String kind, String name) {
        return configurations.settings(kind, name);
    }

    @Override
    public Health health() {
        List<Client> clients = clients();
        if (clients.isEmpty()) {
            return new Health("connecting", "No client runs here yet.", Optional.empty());
        }
        Map<Client, ClientState> states = new LinkedHashMap<>();
        clients.forEach(client -> states.put(client, client.client().state()));
        Client worst = clients.stream().max(Comparator.comparingInt(client ->
                STATES.indexOf(states.get(client).word()))).orElseThrow();
        ClientState state = states.get(worst);
        long others = states.values().stream().filter(other -> !(other instanceof ClientState.Ready)).count() - 1;
        if (state instanceof ClientState.Ready) {
            return ready(clients);
        }
        return new Health(state.word(), worst.name() + " is " + state.word() + ": " + state.why().orElse("")
                + (others > 0 ? " (and " + others + " more not ready)" : ""), worst.client().remedy());
    }

    private Health ready(List<Client> clients) {
        String sentence = clients.size() == 1 ? clients.getFirst().name() + " sends and receives"
                : "All " + clients.size() + " clients send and receive";
        Optional<String> wrong = problems().stream().findFirst().or(() -> clients.stream().flatMap(client ->
                warnings(client).stream().map(warning -> (clients.size() == 1 ? "" : client.name() + ": ")
                + warning)).findFirst());
        return new Health("ready", sentence + wrong.map(text -> ", but " + text).orElse("."),
                clients.stream().flatMap(client -> client.client().remedy().stream()).findFirst());
    }

    @Override
    public Map<String, String> swap(Optional<String> client, String kind, String name) throws InterruptedException {
        Map<String, String> before = configurations.swap(client, kind, name);
        if (before.isEmpty()) {
            throw new IllegalStateException("no client runs here");
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<String> late = clients().stream().filter(running -> before.containsKey(running.name())
                    && !name.equals(running.uses().get(kind))).map(Client::name).toList();
            if (late.isEmpty()) {
                return before;
            }
            if (System.nanoTime() > end) {
                String state = configurations.inventory().parts().stream()
                        .filter(part -> part.kind().equals(kind) && part.name().equals(name)).findFirst()
                        .map(Inventory.Part::state).orElse("gone");
                String why = clients().stream().filter(running -> late.contains(running.name()))
                        .map(running -> running.client().state().text()).findFirst().orElse("gone");
                throw new IllegalStateException("client " + String.join(", ", late) + " does not use " + kind + " "
                        + name + " yet, which is: " + state + "; the client is " + why);
            }
            Thread.sleep(10);
        }
    }
}
