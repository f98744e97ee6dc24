package org.cloakwork.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.cloakwork.spi.control.Control;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the files of {@code etc/} to clients and parts, checked, and follows them. {@code cloakwork.cfg} is what
 * clients are made of, {@code cloakwork.client-NAME.cfg} what one of them has of its own; every other file is named
 * after the PID of a part. Configured by whoever started the framework:
 *
 * <ul>
 * <li>{@code etc}: the folder; without it there is only what is set
 * <li>{@code clients}: names of the clients that {@code cloakwork.cfg} describes, separated by commas; front-ends are
 * the first one's
 * <li>{@code others}: whether each {@code cloakwork.client-NAME.cfg} is a client, too
 * <li>{@code set.FILE/KEY}: goes before that key of that file, whatever is in it
 * </ul>
 */
@Component(service = Configurations.class, configurationPid = "org.cloakwork.control", immediate = true,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Configurations {

    private static final Logger LOG = LoggerFactory.getLogger(Configurations.class);

    private static final String CLIENT_PID = "org.cloakwork.client";
    private static final String COMMON = "cloakwork";
    private static final String OWN = "cloakwork.client-";
    private static final String SET = "set.";
    /** Property of a client for each kind: the name of a part that broke its contract, and what it did. */
    private static final String BROKEN = "cloakwork.broken.";
    private static final String FRONT_ENDS = "frontends";
    /** Of the process, not of a client. */
    private static final String STATE = "state";
    private static final Duration PERIOD = Duration.ofMillis(500);

    /** A part chosen by hand; holds as long as the file says what it said then. */
    private record Swap(String name, String inFile) {
    }

    private final ConfigurationAdmin admin;
    private final AtomicLong revisions = new AtomicLong();
    /** When it stops, bundles go before this one does. */
    private final Bundle framework;
    private final Schemas schemas;
    private final Inventory inventory;
    private final Optional<Etc> etc;
    private final List<String> clients;
    private final boolean others;
    @GuardedBy("this")
    private final Map<String, Map<String, String>> set = new TreeMap<>();
    @GuardedBy("this")
    private final Map<String, Map<String, Swap>> swaps = new HashMap<>();
    @GuardedBy("this")
    private final Map<String, Feed> parts = new TreeMap<>();
    @GuardedBy("this")
    private final Map<String, Feed> clientFeeds = new TreeMap<>();
    /** The first time, nothing is in force yet. */
    private volatile boolean following;
    private volatile boolean ended;
    private final Set<Problem> fileProblems = new LinkedHashSet<>();
    @GuardedBy("this")
    private final Map<String, Problem> notices = new TreeMap<>();
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("cloakwork-configurations").factory());

    /**
     * Feeds what is there, and begins to follow it.
     *
     * @param context    of this bundle
     * @param admin      is fed
     * @param metatype   what parts say of their configurations
     * @param components what became of them
     * @param properties of the component
     */
    @Activate
    public Configurations(BundleContext context, @Reference ConfigurationAdmin admin,
                          @Reference MetaTypeService metatype, @Reference ServiceComponentRuntime components,
                          Map<String, Object> properties) {
        this.admin = admin;
        framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
        schemas = new Schemas(context, metatype);
        inventory = new Inventory(context, components);
        etc = Optional.ofNullable((String) properties.get("etc")).map(folder -> new Etc(Path.of(folder)));
        clients = list(properties.getOrDefault("clients", "").toString());
        others = Boolean.parseBoolean(properties.getOrDefault("others", "false").toString());
        properties.forEach((key, value) -> {
            int slash = key.indexOf('/');
            if (key.startsWith(SET) && slash > 0) {
                set.computeIfAbsent(key.substring(SET.length(), slash), file -> new TreeMap<>())
                        .put(key.substring(slash + 1), value.toString());
            }
        });
        refresh();
        following = true;
        executor.scheduleWithFixedDelay(this::refresh, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(name -> !name.isEmpty()).toList();
    }

    /** Follows no more; what is in force stays. */
    @Deactivate
    void deactivate() {
        // Not waited for: what runs may wait for the component runtime, which waits here.
        ended = true;
        executor.shutdownNow();
    }

    Inventory inventory() {
        return inventory;
    }

    /** {@return what is wrong at this moment, and what waits for the next start} */
    synchronized List<Problem> problems() {
        List<Problem> problems = new ArrayList<>(fileProblems);
        parts.values().forEach(feed -> feed.problem().ifPresent(problems::add));
        clientFeeds.values().forEach(feed -> feed.problem().ifPresent(problems::add));
        problems.addAll(notices.values());
        return problems.stream().distinct().toList();
    }

    /** {@return the keys of a part's configuration, and what is in force; empty if it has none} */
    synchronized List<Control.Setting> settings(String kind, String name) {
        return inventory.pid(kind, name).map(pid -> schemas.settings(pid,
                parts.containsKey(pid) ? parts.get(pid).applied().orElse(Map.of()) : Map.of())).orElse(List.of());
    }

    private synchronized void refresh() {
        try {
            etc.ifPresent(folder -> {
                folder.refresh();
                folder.problems().values().stream().filter(problem -> !fileProblems.contains(problem))
                        .forEach(problem -> LOG.warn("{}", problem));
                fileProblems.clear();
                fileProblems.addAll(folder.problems().values());
            });
            takeBack();
            // Parts first, so that they are there when clients begin.
            feedParts();
            feedClients();
        } catch (IOException | RuntimeException | Error e) {
            // Whatever it is, the next time is tried.
            if (ended || framework.getState() == Bundle.STOPPING) {
                LOG.debug("what was used to follow the configuration has gone meanwhile", e);
            } else {
                LOG.error("the configuration cannot be followed", e);
            }
        }
    }

    /** Gives parts that clients found broken their last configuration again, if that is why. */
    @GuardedBy("this")
    private void takeBack() throws IOException {
        for (ServiceReference<?> client : inventory.clients()) {
            for (String kind : Inventory.KINDS) {
                if (client.getProperty(BROKEN + kind) instanceof List<?> broken) {
                    Optional<String> pid = inventory.pid(kind, String.valueOf(broken.getFirst()));
                    if (pid.isPresent() && parts.containsKey(pid.get())) {
                        parts.get(pid.get()).takeBack(path(pid.get()), String.valueOf(broken.getLast()));
                    }
                }
            }
        }
    }

    private Map<String, Map<String, String>> files() {
        return etc.map(Etc::values).orElse(Map.of());
    }

    private String path(String file) {
        return etc.map(folder -> folder.file(file).toString()).orElse(file);
    }

    @GuardedBy("this")
    private Map<String, String> values(String file) {
        Map<String, String> values = new TreeMap<>(files().getOrDefault(file, Map.of()));
        values.putAll(set.getOrDefault(file, Map.of()));
        return values;
    }

    private static boolean isClients(String file) {
        return file.equals(COMMON) || file.startsWith(OWN);
    }

    @GuardedBy("this")
    private void feedParts() throws IOException {
        Set<String> pids = new TreeSet<>(files().keySet());
        pids.addAll(set.keySet());
        pids.removeIf(Configurations::isClients);
        endOthers(parts, pids::contains);
        for (String pid : pids) {
            Feed feed = parts.get(pid);
            if (feed == null) {
                feed = new Feed(pid, () -> admin.getConfiguration(pid, "?"), revisions, following);
                parts.put(pid, feed);
            }
            Map<String, String> wanted = values(pid);
            feed.verify(path(pid), inventory);
            feed.want(wanted, schemas.check(path(pid), pid, wanted));
        }
    }

    private static void endOthers(Map<String, Feed> feeds, Predicate<String> isWanted) throws IOException {
        Iterator<Map.Entry<String, Feed>> entries = feeds.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Feed> entry = entries.next();
            if (!isWanted.test(entry.getKey())) {
                entries.remove();
                entry.getValue().end();
            }
        }
    }

    private Set<String> clientNames() {
        Set<String> names = new LinkedHashSet<>(clients);
        if (others) {
            files().keySet().stream().filter(file -> file.startsWith(OWN)).map(file -> file.substring(OWN.length()))
                    .forEach(names::add);
        }
        return names;
    }

    @GuardedBy("this")
    private void feedClients() throws IOException {
        Set<String> names = clientNames();
        endOthers(clientFeeds, names::contains);
        swaps.keySet().retainAll(names);
        notices.keySet().retainAll(names);
        if (!files().containsKey(COMMON) && etc.isPresent() && !clientFeeds.isEmpty()) {
            fileProblems.add(new Problem(path(COMMON), "is gone; the clients stay as they are"));
            return;
        }
        for (String name : names) {
            Feed feed = clientFeeds.get(name);
            if (feed == null) {
                feed = new Feed(CLIENT_PID, () -> admin.getFactoryConfiguration(CLIENT_PID, name, "?"), revisions,
                        false);
                clientFeeds.put(name, feed);
            }
            Map<String, String> wanted = swapped(name, wanted(name));
            feed.verify(fileOf(name), inventory);
            Optional<Problem> wrong = schemas.check(fileOf(name), CLIENT_PID, wanted);
            if (wrong.isEmpty()) {
                wrong = missingPart(name, feed, wanted);
            }
            feed.want(wrong.isPresent() ? wanted : exceptFixed(name, feed, wanted), wrong);
        }
    }

    /** Where most of what a client is made of stands. */
    private String fileOf(String client) {
        return path(files().containsKey(OWN + client) ? OWN + client : COMMON);
    }

    @GuardedBy("this")
    private Map<String, String> wanted(String client) {
        Map<String, String> wanted = values(COMMON);
        wanted.remove(STATE);
        if (clients.indexOf(client) != 0) {
            wanted.keySet().removeIf(key -> key.equals(FRONT_ENDS) || key.indexOf('.') >= 0);
        }
        wanted.putAll(values(OWN + client));
        wanted.values().removeIf(String::isBlank);
        wanted.put("name", client);
        return wanted;
    }

    @GuardedBy("this")
    private Map<String, String> swapped(String client, Map<String, String> wanted) {
        Map<String, Swap> byHand = swaps.getOrDefault(client, Map.of());
        byHand.entrySet().removeIf(entry -> !entry.getValue().inFile().equals(wanted.get(entry.getKey())));
        byHand.forEach((kind, swap) -> wanted.put(kind, swap.name()));
        return wanted;
    }

    /** A part that was chosen before may be away for a moment; one that is chosen now must be there. */
    private Optional<Problem> missingPart(String client, Feed feed, Map<String, String> wanted) {
        Map<String, String> applied = feed.applied().orElse(Map.of());
        for (String kind : Inventory.KINDS) {
            String name = wanted.get(kind);
            if (name != null && !name.equals(applied.get(kind)) && !inventory.has(kind, name)) {
                return Optional.of(missing(client, kind, kind, name));
            }
        }
        List<String> before = list(applied.getOrDefault(FRONT_ENDS, ""));
        return list(wanted.getOrDefault(FRONT_ENDS, "")).stream()
                .filter(name -> !before.contains(name) && !inventory.has(Inventory.FRONT_END, name)).findFirst()
                .map(name -> missing(client, FRONT_ENDS, Inventory.FRONT_END, name));
    }

    private Problem missing(String client, String key, String kind, String name) {
        String file = files().getOrDefault(OWN + client, Map.of()).containsKey(key) ? OWN + client : COMMON;
        return Problem.wrong(path(file), key, '"' + name + '"', inventory.names(kind));
    }

    /** Parts are exchanged in a running client; what else it is made of waits for its next start. */
    @GuardedBy("this")
    private Map<String, String> exceptFixed(String client, Feed feed, Map<String, String> wanted) {
        notices.remove(client);
        if (!feed.isProven()) {
            return wanted;
        }
        Map<String, String> applied = feed.applied().orElseThrow();
        Map<String, String> result = new TreeMap<>(wanted);
        Set<String> keys = new TreeSet<>(wanted.keySet());
        keys.addAll(applied.keySet());
        keys.removeIf(key -> Inventory.KINDS.contains(key) || key.equals(FRONT_ENDS) || key.indexOf('.') >= 0);
        for (String key : keys) {
            if (!Objects.equals(wanted.get(key), applied.get(key))) {
                notices.put(client, new Problem(fileOf(client), key + ": a change takes effect at the next start"));
                if (applied.containsKey(key)) {
                    result.put(key, applied.get(key));
                } else {
                    result.remove(key);
                }
            }
        }
        return result;
    }

    /**
     * Has clients use another part.
     *
     * @param names of clients; empty: all
     * @return what each of them used before
     * @throws IllegalArgumentException if there is no such client or part
     */
    synchronized Map<String, String> swap(Optional<String> names, String kind, String part) {
        if (!Inventory.KINDS.contains(kind)) {
            throw new IllegalArgumentException("no kind of part is called " + kind + "; there are: "
                    + String.join(", ", Inventory.KINDS));
        }
        if (!inventory.has(kind, part)) {
            throw new IllegalArgumentException("no " + kind + " part is called " + part + "; there are: "
                    + inventory.names(kind));
        }
        if (names.isPresent() && !clientFeeds.containsKey(names.get())) {
            throw new IllegalArgumentException("no client is called " + names.get() + "; there are: "
                    + String.join(", ", clientFeeds.keySet()));
        }
        Map<String, String> before = new LinkedHashMap<>();
        for (String client : names.map(List::of).orElse(List.copyOf(clientFeeds.keySet()))) {
            before.put(client, clientFeeds.get(client).applied().orElse(Map.of()).getOrDefault(kind, "none"));
            swaps.computeIfAbsent(client, key -> new HashMap<>())
                    .put(kind, new Swap(part, wanted(client).getOrDefault(kind, "")));
        }
        refresh();
        return before;
    }

    /**
     * Writes the choice of a part where the client has it from.
     *
     * @return the file
     */
    synchronized String save(String client, String kind, String part) throws IOException {
        if (etc.isEmpty()) {
            throw new IOException("there is no configuration file to write to");
        }
        String file = files().getOrDefault(OWN + client, Map.of()).containsKey(kind) ? OWN + client : COMMON;
        etc.get().save(file, kind, part);
        return path(file);
    }
}
