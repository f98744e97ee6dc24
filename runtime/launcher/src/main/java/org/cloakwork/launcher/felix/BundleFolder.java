package org.cloakwork.launcher.felix;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.launcher.cli.UsageException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what is installed the same as the jars of a folder: of each symbolic name the highest version. A jar that
 * cannot be used, or that what uses the one before it cannot use, is named in one line and left alone, and what was
 * installed before stays. After an update clients that were ready must be so again within {@link #PROBATION};
 * otherwise it is taken back, and put aside under another name.
 */
final class BundleFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BundleFolder.class);
    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final Duration REFRESH = Duration.ofSeconds(10);
    /** Failures of a start in a row until it is said, where there will be another attempt. */
    private static final int TO_BE_TOLD = 2;

    private record Stamp(FileTime modified, long bytes) {
    }

    /** @param fragment whether it is a part of another bundle, and cannot be started */
    private record Jar(Path file, Stamp stamp, String name, Version version, boolean fragment) {
    }

    private record Installed(Jar jar, Bundle bundle) {
    }

    /** How long clients may need after an update. */
    private static final Duration PROBATION = Duration.ofSeconds(20);

    /**
     * A bundle that came or was updated.
     *
     * @param jar    that was taken
     * @param before that was there, kept in another place; empty: none
     * @param ready  clients that were
     */
    private record Update(Jar jar, Optional<Jar> before, Set<String> ready, long endNanos) {
    }

    private final Path folder;
    private final PrivateFolder storage;
    private final BundleContext context;
    private final Admission admission;
    private final Map<String, Update> updates = new TreeMap<>();
    /** What was there before them, by jars that were taken back, as long as those are there. */
    private final Map<Path, Jar> reinstated = new HashMap<>();
    private final Map<Path, Stamp> seen = new HashMap<>();
    private final Map<Path, Jar> jars = new TreeMap<>();
    private final Map<Path, Stamp> broken = new HashMap<>();
    /** Broken only because something is missing that may come. */
    private final Set<Path> unresolved = new HashSet<>();
    private final Map<String, Installed> installed = new TreeMap<>();
    /** To be started, and how often that has failed since something changed. */
    private final Map<Bundle, Integer> unstarted = new HashMap<>();
    /** What comes is what was there before, which needs no probation. */
    private boolean takingBack;
    private Thread follower;
    private volatile boolean closed;

    /**
     * Installs and starts what is there.
     *
     * @throws UsageException if a jar there may not be used
     */
    BundleFolder(Path folder, PrivateFolder storage, BundleContext context, Admission admission)
            throws IOException, InterruptedException, UsageException {
        this.folder = folder;
        this.storage = storage;
        this.context = context;
        this.admission = admission;
        // Afterwards such a jar is left alone; at the start somebody is there to hear of it.
        admission.check(files());
        synchronize();
    }

    /** From now on what changes in the folder changes here. */
    synchronized void follow() {
        if (follower == null) {
            follower = Thread.ofPlatform().daemon().name("cloakwork-bundles").start(this::followUntilClosed);
        }
    }

    private void followUntilClosed() {
        try {
            while (!closed) {
                Thread.sleep(PERIOD);
                attempt();
            }
        } catch (InterruptedException e) {
            LOG.debug("the folder of bundles is not followed any more");
        }
    }

    /** Whatever happens, memory that has run out included, the folder is followed on. */
    private void attempt() throws InterruptedException {
        try {
            synchronize();
        } catch (IOException | RuntimeException | Error e) {
            try {
                LOG.warn("{}: {}", folder, e.toString());
            } catch (RuntimeException | Error again) {
                // not even a line can be written; the next look is in a moment
            }
        }
    }

    @Override
    public synchronized void close() throws InterruptedException {
        closed = true;
        if (follower != null) {
            follower.interrupt();
            follower.join();
        }
    }

    private void synchronize() throws IOException, InterruptedException {
        look();
        Map<String, Jar> wanted = new TreeMap<>();
        Comparator<Jar> newer = Comparator.comparing(Jar::version).thenComparing(jar -> jar.stamp().modified());
        Stream.concat(jars.values().stream(), reinstated.values().stream())
                .forEach(jar -> wanted.merge(jar.name(), jar, (a, b) -> newer.compare(a, b) >= 0 ? a : b));

        boolean changed = false;
        for (Installed gone : List.copyOf(installed.values())) {
            if (!wanted.containsKey(gone.jar().name())) {
                installed.remove(gone.jar().name());
                unstarted.remove(gone.bundle());
                attempt(gone.jar(), gone.bundle()::uninstall);
                // If a client is not ready after this, it may lack what has gone.
                updates.clear();
                changed = true;
            }
        }
        for (Jar jar : wanted.values()) {
            Installed present = installed.get(jar.name());
            if (present == null || !present.jar().equals(jar) && resolves(jar, present.jar())) {
                attempt(jar, () -> bring(jar, Optional.ofNullable(present)));
                changed = true;
            }
        }
        if (changed) {
            refresh();
            unresolved.forEach(broken::remove);
            unresolved.clear();
            unstarted.replaceAll((bundle, failures) -> 0);
            // What depended on something else may have been stopped by the refresh.
            installed.values().stream().filter(one -> !one.jar().fragment()
                    && (one.bundle().getState() & (Bundle.INSTALLED | Bundle.RESOLVED)) != 0)
                    .forEach(one -> unstarted.putIfAbsent(one.bundle(), 0));
        }
        installed.values().forEach(this::start);
        judge();
    }

    /** {@return the names of the clients that are ready} */
    private Set<String> ready() {
        try {
            return context.getServiceReferences(MixnetClient.class, null).stream().filter(client -> {
                MixnetClient service = context.getService(client);
                return service != null && service.state() instanceof ClientState.Ready;
            }).map(client -> String.valueOf(client.getProperty(MixnetClient.NAME_PROPERTY)))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Looks at what became of the clients after updates. */
    private void judge() throws IOException, InterruptedException {
        List<Update> due = updates.values().stream().filter(update -> System.nanoTime() - update.endNanos() >= 0)
                .toList();
        if (due.isEmpty()) {
            return;
        }
        Set<String> ready = ready();
        boolean back = false;
        for (Update update : due) {
            updates.remove(update.jar().name());
            Set<String> broken = new TreeSet<>(update.ready());
            broken.removeAll(ready);
            if (broken.isEmpty()) {
                if (update.before().isPresent()) {
                    Files.deleteIfExists(update.before().get().file());
                }
            } else {
                back = true;
                jars.remove(update.jar().file());
                Path file = update.jar().file();
                boolean aside = putAside(update);
                LOG.error("{}: is taken back{}: not ready any more {} s after it: {}; {}", file,
                        update.before().isPresent() ? ", and what was there before is used again" : "",
                        PROBATION.toSeconds(), String.join(", ", broken), aside ? "it is called " + aside(file)
                        .getFileName() + " now" : "another jar there is tried again; remove this one before the next "
                        + "start");
                if (!aside) {
                    broken(update.jar());
                    update.before().ifPresent(before -> reinstated.put(file, before));
                }
            }
        }
        if (back) {
            takingBack = true;
            try {
                synchronize();
            } finally {
                takingBack = false;
            }
        }
    }

    private static Path aside(Path jar) {
        return jar.resolveSibling(jar.getFileName() + ".taken-back");
    }

    /** {@return whether the folder is again as it was, so that the next start takes what is used now} */
    private boolean putAside(Update update) {
        Path file = update.jar().file();
        try {
            Optional<Jar> missing = update.before().filter(before -> jars.values().stream().noneMatch(jar ->
                    jar.name().equals(before.name()) && jar.version().equals(before.version())));
            if (missing.isEmpty()) {
                Files.move(file, aside(file), StandardCopyOption.REPLACE_EXISTING);
                return true;
            }
            Jar before = missing.get();
            Path place = folder.resolve(before.file().getFileName());
            if (Files.exists(place) && !place.equals(file)) {
                return false;
            }
            Path copy = Files.copy(before.file(), folder.resolve(place.getFileName() + ".new"),
                    StandardCopyOption.REPLACE_EXISTING);
            Files.move(file, aside(file), StandardCopyOption.REPLACE_EXISTING);
            Files.move(copy, place);
            Stamp stamp = stamp(place);
            seen.put(place, stamp);
            jars.put(place, new Jar(place, stamp, before.name(), before.version(), before.fragment()));
            return true;
        } catch (IOException e) {
            LOG.warn("{}: {}", folder, e.toString());
            return false;
        }
    }

    private static Stamp stamp(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(attributes.lastModifiedTime(), attributes.size());
    }

    private void broken(Jar jar) {
        broken.put(jar.file(), jar.stamp());
    }

    /** {@return a copy of what a bundle was installed from; its jar may be another one by now} */
    private Optional<Jar> kept(Installed present) {
        Path kept = storage.resolve("before").resolve(present.jar().name())
                .resolve(present.jar().file().getFileName());
        Path own = storage.resolve(Framework.STORAGE).resolve("bundle" + present.bundle().getBundleId());
        try (Stream<Path> revisions = Files.walk(own)) {
            Optional<Path> last = revisions.filter(file -> file.endsWith("bundle.jar")).max(Comparator.comparing(
                    file -> file.toFile().lastModified()));
            if (last.isEmpty()) {
                return Optional.empty();
            }
            Files.createDirectories(kept.getParent());
            Files.copy(last.get(), kept, StandardCopyOption.REPLACE_EXISTING);
            return Optional.of(new Jar(kept, present.jar().stamp(), present.jar().name(), present.jar().version(),
                    present.jar().fragment()));
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("{} could not be taken back: {}", present.jar().file(), e.getMessage());
            return Optional.empty();
        }
    }

    private void watch(Jar jar, Optional<Installed> present) {
        if (follower == null || takingBack || reinstated.containsValue(jar)) {
            return;
        }
        Set<String> ready = ready();
        // What an update of a moment ago has done is not to be taken for how it was.
        updates.values().forEach(update -> ready.addAll(update.ready()));
        Update earlier = updates.get(jar.name());
        if (!ready.isEmpty()) {
            Optional<Jar> before = earlier == null ? present.flatMap(this::kept) : earlier.before();
            if (before.isPresent() || present.isEmpty()) {
                updates.put(jar.name(), new Update(jar, before, ready, System.nanoTime() + PROBATION.toNanos()));
            }
        }
    }

    /**
     * What could not be started may be later, when what it needs has come. That it failed once means nothing: the
     * framework tells of a refresh before it lets go of its locks.
     */
    private void start(Installed bundle) {
        if (!unstarted.containsKey(bundle.bundle())) {
            return;
        }
        try {
            bundle.bundle().start();
            unstarted.remove(bundle.bundle());
        } catch (BundleException | RuntimeException e) {
            int failures = unstarted.merge(bundle.bundle(), follower == null ? TO_BE_TOLD : 1, Integer::sum);
            if (failures == TO_BE_TOLD) {
                LOG.warn("{}: {}", bundle.jar().file(), e.getMessage());
            }
        }
    }

    /** Installs or updates. What fails is not tried again before the jar is another one. */
    private void bring(Jar jar, Optional<Installed> present) throws BundleException, IOException {
        watch(jar, present);
        if (present.isEmpty()) {
            // From a copy, so that whoever writes over the jar does not pull the classes from under a running bundle.
            try (InputStream bytes = admission.open(jar.file())) {
                Bundle bundle = context.installBundle(jar.file().toUri().toString(), bytes);
                installed.put(jar.name(), new Installed(jar, bundle));
                if (!jar.fragment()) {
                    unstarted.put(bundle, 0);
                }
            } catch (BundleException | IOException e) {
                jars.remove(jar.file());
                broken.put(jar.file(), jar.stamp());
                throw e;
            }
        } else {
            Bundle bundle = present.get().bundle();
            installed.put(jar.name(), new Installed(jar, bundle));
            if (!jar.fragment()) {
                unstarted.put(bundle, 0);
                bundle.stop();
            }
            try (InputStream bytes = admission.open(jar.file())) {
                bundle.update(bytes);
            }
        }
    }

    /** {@return whether a newer jar can take the place of one that works} If not, that one stays. */
    private boolean resolves(Jar jar, Jar before) {
        try {
            tryOut(jar, installed.get(jar.name()).bundle());
            return true;
        } catch (BundleException | IOException e) {
            LOG.warn("{}: is not used, what was there before stays: {}", jar.file(), e.getMessage());
            broken.put(jar.file(), jar.stamp());
            unresolved.add(jar.file());
            jars.remove(jar.file());
            jars.put(before.file(), before);
            return false;
        }
    }

    /** Resolves a bundle like it and starts none: an update that does not resolve would end what works. */
    private void tryOut(Jar jar, Bundle before) throws BundleException, IOException {
        Bundle trial;
        try (InputStream bytes = admission.open(jar.file())) {
            trial = context.installBundle("trial:" + jar.file(), bytes);
        }
        try {
            if (!wiring().resolveBundles(Set.of(trial))) {
                // Only this says what is missing.
                trial.start(Bundle.START_TRANSIENT);
            }
            serves(trial, before);
        } finally {
            trial.uninstall();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
    }

    /** Whoever has something from the bundle that is to go must get it from the next one, too, or from nobody else. */
    private static void serves(Bundle next, Bundle before) throws BundleException {
        BundleWiring wiring = before.adapt(BundleWiring.class);
        if (wiring == null) {
            return;
        }
        List<BundleCapability> offered = next.adapt(BundleRevision.class)
                .getDeclaredCapabilities(BundleRevision.PACKAGE_NAMESPACE);
        for (BundleWire wire : wiring.getProvidedWires(BundleRevision.PACKAGE_NAMESPACE)) {
            Bundle user = wire.getRequirer().getBundle();
            if (user != before && offered.stream().noneMatch(wire.getRequirement()::matches)) {
                throw new BundleException(user.getSymbolicName() + " needs "
                        + wire.getCapability().getAttributes().get(BundleRevision.PACKAGE_NAMESPACE)
                        + " from it, which it has not, or not in a version that will do: "
                        + wire.getRequirement().getDirectives().get(Constants.FILTER_DIRECTIVE));
            }
        }
    }

    /** Reads what is new. A jar that has just changed is left for the next time: it may be half written. */
    private void look() throws IOException {
        List<Path> present = files();
        List.of(seen, jars, broken).forEach(map -> map.keySet().retainAll(present));
        reinstated.entrySet().removeIf(entry -> !broken.containsKey(entry.getKey()));
        for (Path file : present) {
            try {
                Stamp now = stamp(file);
                Stamp before = seen.put(file, now);
                Jar known = jars.get(file);
                boolean isNew = !now.equals(broken.get(file)) && (known == null || !known.stamp().equals(now));
                if (isNew && (now.equals(before) || follower == null)) {
                    broken.remove(file);
                    reinstated.remove(file);
                    read(file, now).ifPresent(jar -> jars.put(file, jar));
                }
            } catch (IOException e) {
                LOG.debug("{} has just gone", file, e);
            }
        }
    }

    private Optional<Jar> read(Path file, Stamp stamp) {
        String fault;
        try (JarFile jar = new JarFile(file.toFile())) {
            Manifest manifest = jar.getManifest();
            Attributes attributes = manifest == null ? new Attributes() : manifest.getMainAttributes();
            String name = attributes.getValue(Constants.BUNDLE_SYMBOLICNAME);
            if (name != null) {
                return Optional.of(new Jar(file, stamp, name.split(";")[0].strip(),
                        Version.parseVersion(attributes.getValue(Constants.BUNDLE_VERSION)),
                        attributes.getValue(Constants.FRAGMENT_HOST) != null));
            }
            fault = "no bundle: its manifest has no " + Constants.BUNDLE_SYMBOLICNAME;
        } catch (IOException | IllegalArgumentException e) {
            fault = e.getMessage();
        }
        broken.put(file, stamp);
        LOG.warn("{} is not used: {}", file, fault);
        return Optional.empty();
    }

    private interface Step {

        void run() throws BundleException, IOException;
    }

    private static void attempt(Jar jar, Step step) {
        try {
            step.run();
        } catch (BundleException | IOException | RuntimeException e) {
            LOG.warn("{}: {}", jar.file(), e.getMessage());
        }
    }

    private FrameworkWiring wiring() {
        return context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    }

    /** Bundles that still use what was exported by one that has changed use what is there now. */
    private void refresh() throws InterruptedException {
        FrameworkWiring wiring = wiring();
        Collection<Bundle> changed = wiring.getRemovalPendingBundles();
        if (changed.isEmpty()) {
            return;
        }
        CountDownLatch done = new CountDownLatch(1);
        wiring.refreshBundles(changed, event -> {
            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                done.countDown();
            }
        });
        if (!done.await(REFRESH.toSeconds(), TimeUnit.SECONDS)) {
            LOG.warn("bundles are still being refreshed after {} s", REFRESH.toSeconds());
        }
    }
}
