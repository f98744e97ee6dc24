package org.cloakwork.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.spi.control.ConfigurationFile;
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
import org.osgi.service.component.annotations.Modified;
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
 * <li>{@code variable.NAME}: of the environment, goes before the file, too ({@link Variables})
 * <li>{@code strict}: whether nothing at all begins if anything is wrong with what is there; whoever set it asks what
 * that is
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
    private static final String VARIABLE = "variable.";
    /** Property of a client for each kind: the name of a part that broke its contract, and what it did. */
    private static final String BROKEN = "cloakwork.broken.";
    private static final String FRONT_ENDS = "frontends";
    /** Of the process, not of a client. */
    private static final Set<String> OF_THE_PROCESS = Set.of("state", "log", "log-levels");
    private static final String NAME = "name";
    private static final String CLIENT_NAME = "[A-Za-z0-9_-]{1,64}";
    /** Not to be configured by files: what follows them, and what {@code cloakwork.cfg} is for. */
    private static final Set<String> OURS = Set.of("org.cloakwork.control", CLIENT_PID);
    private static final String ON_THE_COMMAND_LINE = "the command line or the environment";
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
    private final boolean strict;
    private volatile List<String> clients;
    private volatile boolean others;
    private volatile Map<String, Map<String, String>> set;
    /** Where what is set by a variable is set. */
    private volatile Map<Variables.Place, String> variables = Map.of();
    private volatile List<Problem> unknownVariables = List.of();
    @GuardedBy("this")
    private final Map<String, Map<String, Swap>> swaps = new HashMap<>();
    @GuardedBy("this")
    private final Map<String, Feed> parts = new TreeMap<>();
    @GuardedBy("this")
    private final Map<String, Feed> clientFeeds = new TreeMap<>();
    /** The first time, nothing is in force yet. */
    private volatile boolean following;
    private volatile boolean ended;
    /** That are there, as of the last look. */
    private volatile Set<String> frontEnds = Set.of();
    @GuardedBy("this")
    private List<Problem> fileProblems = List.of();
    /** Names of files of which it has been decided whether anything reads them. */
    @GuardedBy("this")
    private final Set<String> looked = new TreeSet<>();
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
        take(properties);
        strict = Boolean.parseBoolean(properties.getOrDefault("strict", "false").toString());
        if (strict && !isAllRight()) {
            return;
        }
        refresh();
        following = true;
        executor.scheduleWithFixedDelay(this::refreshAgain, PERIOD.toMillis(), PERIOD.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Whoever uses this goes on, those who are connected to the shell among them. */
    @Modified
    synchronized void modified(Map<String, Object> properties) {
        take(properties);
        refresh();
    }

    private void take(Map<String, Object> properties) {
        Map<String, Map<String, String>> values = takeVariables(properties);
        properties.forEach((key, value) -> {
            int slash = key.indexOf('/');
            if (key.startsWith(SET) && slash > 0) {
                values.computeIfAbsent(key.substring(SET.length(), slash), file -> new TreeMap<>())
                        .put(key.substring(slash + 1), value.toString());
            }
        });
        variables = variables.entrySet().stream().filter(entry -> !properties.containsKey(SET + entry.getKey().file()
                + "/" + entry.getKey().key())).collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        set = values;
        clients = list(properties.getOrDefault("clients", "").toString());
        others = Boolean.parseBoolean(properties.getOrDefault("others", "false").toString());
    }

    /** {@return what variables set, by files and keys} */
    private Map<String, Map<String, String>> takeVariables(Map<String, Object> properties) {
        Map<String, Map<String, String>> values = new TreeMap<>();
        Map<Variables.Place, String> places = new HashMap<>();
        List<Problem> unknown = new ArrayList<>();
        List<String> names = properties.keySet().stream().filter(key -> key.startsWith(VARIABLE)).sorted().toList();
        Variables known = names.isEmpty() ? new Variables() : knownVariables();
        for (String property : names) {
            String name = property.substring(VARIABLE.length());
            known.place(name).ifPresentOrElse(place -> {
                places.put(place, name);
                values.computeIfAbsent(place.file(), file -> new TreeMap<>())
                        .put(place.key(), properties.get(property).toString());
            }, () -> unknown.add(known.unknown(name)));
        }
        variables = places;
        unknownVariables = unknown;
        return values;
    }

    private Variables knownVariables() {
        Variables known = new Variables();
        Stream.concat(OF_THE_PROCESS.stream(), Stream.of(FRONT_ENDS)).forEach(key -> known.add(COMMON, COMMON, key));
        schemas.keys(CLIENT_PID).stream().filter(key -> !key.equals(NAME))
                .forEach(key -> known.add(COMMON, COMMON, key));
        for (String name : inventory.names(Inventory.FRONT_END)) {
            Set<String> keys = inventory.pid(Inventory.FRONT_END, name).map(schemas::keys).orElse(Set.of());
            keys.forEach(key -> known.add(COMMON, COMMON, name + '.' + key));
            if (keys.isEmpty()) {
                known.addAll(COMMON, COMMON, name + '.');
            }
        }
        Set<String> pids = schemas.pids();
        pids.removeAll(OURS);
        pids.forEach(pid -> schemas.keys(pid).forEach(key -> known.add(COMMON, pid, key)));
        return known;
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

    /**
     * {@return what is wrong at this moment, what has just been given to components included, and what waits for the
     * next start}
     */
    synchronized List<Problem> problems() {
        List<Problem> problems = new ArrayList<>(fileProblems);
        try {
            // Whoever was there before may still be, with the old configuration: that is for the next look.
            verify(feed -> !feed.isProven());
        } catch (IOException | IllegalStateException e) {
            LOG.debug("components cannot be asked", e);
        }
        parts.values().forEach(feed -> problems.addAll(feed.problems()));
        clientFeeds.values().forEach(feed -> problems.addAll(feed.problems()));
        problems.addAll(notices.values());
        return problems.stream().distinct().toList();
    }

    @GuardedBy("this")
    private void verify(Predicate<Feed> which) throws IOException {
        for (Map.Entry<String, Feed> part : parts.entrySet()) {
            if (which.test(part.getValue())) {
                part.getValue().verify(message -> said(message, place(part.getKey()),
                        values(part.getKey()).keySet(), path(part.getKey())), inventory);
            }
        }
        for (Map.Entry<String, Feed> client : clientFeeds.entrySet()) {
            String name = client.getKey();
            if (which.test(client.getValue())) {
                client.getValue().verify(message -> said(message, clientPlace(name), wanted(name).keySet(),
                        fileOf(name)), inventory);
            }
        }
    }

    /** Where what a component says stands, if it names a key: {@code PART: KEY: what is wrong with it}. */
    private static Problem said(String message, Schemas.Place place, Set<String> keys, String file) {
        String[] words = message.split(": ", 3);
        return words.length == 3 && keys.contains(words[1]) ? place.problem(words[1], words[2])
                : new Problem(file, 0, message);
    }

    /** Before anything begins: all that is wrong, in the order of the files. */
    private synchronized boolean isAllRight() {
        frontEnds = inventory.names(Inventory.FRONT_END);
        etc.ifPresent(Etc::refresh);
        List<Problem> wrong = new ArrayList<>(unknownVariables);
        wrong.addAll(etc.map(Etc::problems).orElse(List.of()));
        if (etc.isPresent() && wrong.isEmpty() && !files().contains(COMMON)) {
            wrong.add(new Problem(path(COMMON), 0, "no such file"));
        }
        pids().forEach(pid -> wrong.addAll(check(pid)));
        for (String name : clientNames()) {
            wrong.addAll(check(name, Map.of()));
        }
        wrong.addAll(namelessClients());
        // What is nowhere in particular comes after what is in a line.
        fileProblems = wrong.stream().distinct().sorted(Comparator.comparing(Problem::file)
                .thenComparingInt(problem -> problem.line() == 0 ? Integer.MAX_VALUE : problem.line())).toList();
        return wrong.isEmpty();
    }

    /** {@return the keys of a part's configuration, and what is in force; empty if it has none} */
    synchronized List<Control.Setting> settings(String kind, String name) {
        return inventory.pid(kind, name).map(pid -> schemas.settings(pid,
                parts.containsKey(pid) ? parts.get(pid).applied().orElse(Map.of()) : Map.of())).orElse(List.of());
    }

    /** Whatever happens, memory that has run out included, the folder is followed on. */
    private void refreshAgain() {
        try {
            refresh();
        } catch (RuntimeException | Error e) {
            // not even a line could be written; the next look is in a moment
        }
    }

    private synchronized void refresh() {
        try {
            frontEnds = inventory.names(Inventory.FRONT_END);
            etc.ifPresent(Etc::refresh);
            List<Problem> now = new ArrayList<>(etc.map(Etc::problems).orElse(List.of()));
            now.addAll(namelessClients());
            if (isWithoutCommon()) {
                now.add(new Problem(path(COMMON), 0, "is gone; the clients stay as they are"));
            }
            List<Problem> before = fileProblems;
            now.stream().filter(problem -> !before.contains(problem)).forEach(problem -> LOG.warn("{}", problem));
            fileProblems = List.copyOf(now);
            tellUnread();
            verify(feed -> true);
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

    private Set<String> files() {
        return etc.map(Etc::names).orElse(Set.of());
    }

    private ConfigurationFile file(String name) {
        return etc.map(folder -> folder.read(name)).orElse(new ConfigurationFile(Map.of(), Map.of(), List.of()));
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

    private String path(String file) {
        return etc.map(folder -> folder.file(file).toString()).orElse(file);
    }

    private Map<String, String> values(String file) {
        Map<String, String> values = new TreeMap<>(file(file).values());
        values.putAll(set.getOrDefault(file, Map.of()));
        return values;
    }

    private Schemas.Place place(String file) {
        return (key, text) -> variables.containsKey(new Variables.Place(file, key))
                ? new Problem(variables.get(new Variables.Place(file, key)), 0, text)
                : set.getOrDefault(file, Map.of()).containsKey(key)
                ? new Problem(ON_THE_COMMAND_LINE, 0, key + ": " + text)
                : new Problem(path(file), file(file).lines().getOrDefault(key, 0), key + ": " + text);
    }

    /** Its own file, if that says anything of the key, or what all have in common. */
    private Schemas.Place clientPlace(String client) {
        return (key, text) -> place(values(OWN + client).containsKey(key) ? OWN + client : COMMON).problem(key, text);
    }

    /** Files that nothing reads, and names that are nearly those of files that are read: each is told once. */
    @GuardedBy("this")
    private void tellUnread() {
        if (etc.isEmpty()) {
            return;
        }
        Set<String> names = new TreeSet<>(etc.get().others());
        files().forEach(name -> names.add(name + Etc.SUFFIX));
        looked.retainAll(names);
        if (names.equals(looked)) {
            return;
        }
        Set<String> pids = schemas.pids();
        pids.removeAll(OURS);
        for (String name : names) {
            if (looked.add(name)) {
                Unread.fault(name, pids, pid -> !OURS.contains(pid) && inventory.isConfigured(pid))
                        .ifPresent(fault -> LOG.warn("{}", new Problem(etc.get().path(name), 0, fault)));
            }
        }
    }

    private static boolean isClients(String file) {
        return file.equals(COMMON) || file.startsWith(OWN);
    }

    private Set<String> pids() {
        Set<String> pids = new TreeSet<>(files());
        pids.addAll(set.keySet());
        pids.removeIf(pid -> isClients(pid) || OURS.contains(pid));
        return pids;
    }

    /** What is wrong with the configuration of a part. A front-end may have from its clients what must be said. */
    private List<Problem> check(String pid) {
        return schemas.check(place(pid), pid, values(pid),
                file(pid).faults().isEmpty() && !inventory.isFrontEnd(pid), Set.of(), Set.of());
    }

    @GuardedBy("this")
    private void feedParts() throws IOException {
        Set<String> pids = pids();
        endOthers(parts, pids::contains);
        for (String pid : pids) {
            Feed feed = parts.get(pid);
            if (feed == null) {
                feed = new Feed(pid, () -> admin.getConfiguration(pid, "?"), revisions, following,
                        strict && !following);
                parts.put(pid, feed);
            }
            feed.want(values(pid), check(pid));
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
            ownFiles().filter(name -> name.matches(CLIENT_NAME)).forEach(names::add);
        }
        return names;
    }

    private Stream<String> ownFiles() {
        return files().stream().filter(file -> file.startsWith(OWN)).map(file -> file.substring(OWN.length()));
    }

    private List<Problem> namelessClients() {
        return others ? ownFiles().filter(name -> !name.matches(CLIENT_NAME)).map(name -> new Problem(path(OWN + name),
                0, '"' + name + "\" is no name for a client; allowed is 1 to 64 letters, digits, '-' or '_'")).toList()
                : List.of();
    }

    private boolean isWithoutCommon() {
        return !files().contains(COMMON) && etc.isPresent() && following;
    }

    @GuardedBy("this")
    private void feedClients() throws IOException {
        Set<String> names = clientNames();
        endOthers(clientFeeds, names::contains);
        swaps.keySet().retainAll(names);
        notices.keySet().retainAll(names);
        if (isWithoutCommon()) {
            return;
        }
        for (String name : names) {
            Feed feed = clientFeeds.get(name);
            if (feed == null) {
                feed = new Feed(CLIENT_PID, () -> admin.getFactoryConfiguration(CLIENT_PID, name, "?"), revisions,
                        false, strict && !following);
                clientFeeds.put(name, feed);
            }
            Map<String, String> wanted = swapped(name, wanted(name));
            List<Problem> wrong = check(name, feed.applied().orElse(Map.of()));
            feed.want(wrong.isEmpty() ? exceptFixed(name, feed, wanted) : wanted, wrong);
        }
    }

    /**
     * What is wrong with what a client is to be made of.
     *
     * @param applied what is in force: a part that was chosen before may be away for a moment
     */
    @GuardedBy("this")
    private List<Problem> check(String client, Map<String, String> applied) {
        Map<String, String> wanted = swapped(client, wanted(client));
        Schemas.Place place = clientPlace(client);
        Set<String> more = wanted.keySet().stream()
                .filter(key -> key.indexOf('.') < 0 && isOfFrontEnd(key)).collect(Collectors.toSet());
        more.addAll(OF_THE_PROCESS);
        List<Problem> wrong = new ArrayList<>(schemas.check(place, CLIENT_PID, wanted, true, more, Set.of(NAME)));
        if (values(COMMON).containsKey(NAME) || values(OWN + client).containsKey(NAME)) {
            wrong.add(place.problem(NAME, "unknown key; a client is named by its file"));
        }
        values(OWN + client).keySet().stream().filter(OF_THE_PROCESS::contains).forEach(key -> wrong.add(
                place.problem(key, "unknown key of one client; allowed is " + path(COMMON))));
        for (String kind : Inventory.KINDS) {
            String name = wanted.get(kind);
            if (name != null && !name.equals(applied.get(kind))) {
                wrong.addAll(missing(place, kind, kind, name));
            }
        }
        List<String> frontEnds = list(wanted.getOrDefault(FRONT_ENDS, ""));
        List<String> before = list(applied.getOrDefault(FRONT_ENDS, ""));
        frontEnds.stream().filter(name -> !before.contains(name))
                .forEach(name -> wrong.addAll(missing(place, FRONT_ENDS, Inventory.FRONT_END, name)));
        wrong.addAll(checkFrontEnds(place, wanted, applied, frontEnds));
        return wrong;
    }

    /** A part that is not there, or that is there and misses what it must be told. */
    private List<Problem> missing(Schemas.Place place, String key, String kind, String name) {
        if (!inventory.has(kind, name)) {
            Set<String> names = inventory.names(kind);
            return List.of(place.problem(key, '"' + name + '"' + Nearest.hint(name, names) + "; allowed is "
                    + String.join(", ", names)));
        }
        return kind.equals(Inventory.FRONT_END) ? List.of() : inventory.pid(kind, name)
                .filter(pid -> !pids().contains(pid)).map(this::check).orElse(List.of());
    }

    /** {@code FRONT-END.KEY}, or the name of a front-end alone. */
    private boolean isOfFrontEnd(String key) {
        return key.indexOf('.') >= 0 || frontEnds.contains(key);
    }

    /** Keys {@code FRONT-END.KEY} of a client, and {@code FRONT-END}. */
    private List<Problem> checkFrontEnds(Schemas.Place place, Map<String, String> wanted, Map<String, String> applied,
                                         List<String> frontEnds) {
        Map<String, Map<String, String>> keys = new TreeMap<>();
        frontEnds.forEach(name -> keys.put(name, new TreeMap<>()));
        wanted.forEach((key, value) -> {
            int dot = key.indexOf('.');
            if (dot >= 0) {
                keys.computeIfAbsent(key.substring(0, dot), name -> new TreeMap<>())
                        .put(key.substring(dot + 1), value);
            } else if (isOfFrontEnd(key)) {
                keys.computeIfAbsent(key, name -> new TreeMap<>()).put(key, value);
            }
        });
        List<Problem> wrong = new ArrayList<>();
        keys.forEach((name, own) -> {
            if (own.containsKey(name) && !frontEnds.contains(name)) {
                wrong.add(place.problem(name, "the front-end " + name + " is not among " + FRONT_ENDS));
            }
            Schemas.Place inClient = (key, text) -> place.problem(key.equals(name) ? name : name + '.' + key, text);
            if (!this.frontEnds.contains(name)) {
                own.keySet().stream().filter(key -> !applied.containsKey(name + '.' + key)).forEach(key ->
                        wrong.add(inClient.problem(key, "unknown key; no front-end is called " + name + "; there are: "
                                + String.join(", ", this.frontEnds))));
                return;
            }
            inventory.pid(Inventory.FRONT_END, name).ifPresent(pid -> {
                Map<String, String> all = values(pid);
                Set<String> inFile = Set.copyOf(all.keySet());
                all.putAll(own);
                // What is wrong in the part's own file is told of that.
                Schemas.Place both = (key, text) -> !inFile.contains(key) || own.containsKey(key)
                        ? inClient.problem(key, text) : place(pid).problem(key, text);
                List<Problem> inFront = schemas.check(both, pid, all, frontEnds.contains(name), Set.of(), Set.of());
                inFront.stream().filter(problem -> !problem.file().equals(path(pid))).forEach(wrong::add);
            });
        });
        return wrong;
    }

    /** Where most of what a client is made of stands. */
    private String fileOf(String client) {
        return path(files().contains(OWN + client) ? OWN + client : COMMON);
    }

    private Map<String, String> wanted(String client) {
        Map<String, String> wanted = values(COMMON);
        wanted.keySet().removeAll(OF_THE_PROCESS);
        if (clients.indexOf(client) != 0) {
            wanted.keySet().removeIf(key -> key.equals(FRONT_ENDS) || isOfFrontEnd(key));
        }
        wanted.putAll(values(OWN + client));
        wanted.values().removeIf(String::isBlank);
        schemas.defaults(CLIENT_PID).forEach((key, value) -> {
            if (Inventory.KINDS.contains(key)) {
                wanted.putIfAbsent(key, value);
            }
        });
        wanted.put(NAME, client);
        return wanted;
    }

    @GuardedBy("this")
    private Map<String, String> swapped(String client, Map<String, String> wanted) {
        Map<String, Swap> byHand = swaps.getOrDefault(client, Map.of());
        byHand.entrySet().removeIf(entry -> !entry.getValue().inFile().equals(wanted.get(entry.getKey())));
        byHand.forEach((kind, swap) -> wanted.put(kind, swap.name()));
        return wanted;
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
        keys.removeIf(key -> Inventory.KINDS.contains(key) || key.equals(FRONT_ENDS) || isOfFrontEnd(key));
        for (String key : keys) {
            if (!Objects.equals(wanted.get(key), applied.get(key))) {
                notices.put(client, clientPlace(client).problem(key, "a change takes effect at the next start"));
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
                    + String.join(", ", inventory.names(kind)));
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
        String file = file(OWN + client).values().containsKey(kind) ? OWN + client : COMMON;
        etc.get().save(file, kind, part);
        return path(file);
    }
}
