package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Admission;
import org.cloakwork.launcher.felix.Assembly;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.launcher.felix.PartBundle;
import org.cloakwork.launcher.felix.Rights;
import org.cloakwork.spi.part.PartKind;
import org.osgi.framework.Version;

/**
 * {@code cloakwork upgrade}: another version in the place of this one. Everything is made ready in {@code upgrade/new}
 * and checked there; parts go to a running instance at once, the rest is put in place by the start script
 * ({@code bin/settle}) before Java has anything open. Until {@code upgrade/ready} is there nothing has begun, and from
 * then on every start goes on with it: it may be cut off anywhere.
 */
public final class UpgradeCommand implements Command {

    /** Its manifest says which form of the state it reads and writes. */
    static final String CLIENT = "org.cloakwork.client.jar";
    private static final String STATE = "Cloakwork-State";
    private static final String LAUNCHER = "org.cloakwork.launcher.jar";
    /** What the start script does it at: any start, or one of an instance. */
    private static final String NOW = "now";
    private static final String RESTART = "restart";
    private static final Duration TAKEN = Duration.ofSeconds(15);
    private static final Duration AGAIN = Duration.ofMillis(250);

    private final PrintStream out;

    public UpgradeCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public String name() {
        return "upgrade";
    }

    @Override
    public String description() {
        return "put another version in the place of this one, parts of a running instance at once";
    }

    @Override
    public Optional<String> argument() {
        return Optional.of("ZIP");
    }

    @Override
    public Options options() {
        return new Options().addOption(StateFolder.option());
    }

    @Override
    public int run(CommandLine line) throws Exception {
        Path home = Home.path();
        Path archive = Path.of(line.getArgList().getFirst()).toAbsolutePath();
        Home.etc();
        Path state = StateFolder.of(line);
        new Archive(archive).verify();
        Path work = Files.createDirectories(home.resolve("upgrade"));
        Rights.check(List.of(home, work));
        try (FileChannel file = FileChannel.open(work.resolve("lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
             FileLock lock = file.tryLock()) {
            if (lock == null) {
                throw new IllegalStateException("another upgrade of " + home + " is under way");
            }
            upgrade(home, work, archive, state);
        }
        return DONE;
    }

    private void upgrade(Path home, Path work, Path archive, Path state) throws Exception {
        Path fresh = work.resolve("new");
        Files.deleteIfExists(work.resolve("ready"));
        remove(fresh);
        List<String> kept;
        List<String> changed;
        try {
            List<String> names = new Archive(archive).unpack(fresh);
            requireReadsState(home, fresh, archive);
            requireAdmitted(home, fresh);
            out.println(archive.getFileName() + ": " + version(home) + " -> " + version(fresh) + ", " + names.size()
                    + " files");
            kept = configuration(home, fresh);
            changed = changed(home, fresh);
        } catch (IOException | UsageException | RuntimeException e) {
            remove(fresh);
            throw e;
        }
        Map<Path, PartBundle> live = new LinkedHashMap<>();
        try (ControlClient instance = new ControlClient(state)) {
            write(work, RESTART);
            live.putAll(live(home, fresh, changed));
            hand(live, home, instance);
            changed.removeAll(live.keySet().stream().map(part -> fresh.relativize(part).toString()).toList());
            report(changed, kept, "as soon as the instance that runs here is stopped and started again");
        } catch (NoInstanceException e) {
            write(work, NOW);
            report(changed, kept, "at the next start of cloakwork");
        }
        if (changed.isEmpty()) {
            Files.deleteIfExists(work.resolve("ready"));
            remove(fresh);
        }
    }

    private void report(List<String> changed, List<String> kept, String when) {
        if (changed.isEmpty()) {
            out.println("Nothing else is different.");
        } else {
            out.println("put in place " + when + ": " + changed.size() + " files (" + changed.stream()
                    .map(name -> name.split("[/\\\\]")[0]).collect(Collectors.toCollection(TreeSet::new)).stream()
                    .collect(Collectors.joining(", ")) + ")");
        }
        kept.forEach(name -> out.println("etc/" + name
                + " was changed here and stays as it is; the new one will be etc/" + name + ".new"));
    }

    private static void write(Path work, String when) throws IOException {
        Path written = Files.writeString(work.resolve("ready.new"), when + "\n");
        Files.move(written, work.resolve("ready"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static String version(Path home) throws IOException {
        return Optional.ofNullable(attribute(home.resolve("lib").resolve(LAUNCHER), "Implementation-Version"))
                .orElse("?");
    }

    private static String attribute(Path jar, String name) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            return manifest == null ? null : manifest.getMainAttributes().getValue(name);
        }
    }

    /** Whether there is a state already does not matter: it may be anywhere. */
    private static void requireReadsState(Path home, Path fresh, Path archive) throws IOException, UsageException {
        int here = Integer.parseInt(attribute(home.resolve("bundles").resolve(CLIENT), STATE));
        String there = attribute(fresh.resolve("bundles").resolve(CLIENT), STATE);
        if (there == null || !there.matches("[0-9]{1,9}") || Integer.parseInt(there) < here) {
            throw new UsageException(archive + ": " + version(fresh) + " cannot read what " + version(home)
                    + " keeps (state of format " + here + "); to go back to it, unpack it in a folder of its own and "
                    + "give it a copy of the state from before");
        }
    }

    private static void requireAdmitted(Path home, Path fresh) throws IOException, UsageException {
        Admission.check(home.resolve("etc"), Framework.jars(fresh.resolve("bundles")));
    }

    /**
     * Defaults that nobody changed here are followed, those that somebody did get a file beside them.
     *
     * @return the names of those
     */
    private static List<String> configuration(Path home, Path fresh) throws IOException {
        List<String> kept = new ArrayList<>();
        Path etc = home.resolve("etc");
        try (Stream<Path> files = Files.list(fresh.resolve("etc/defaults"))) {
            for (Path next : files.sorted().toList()) {
                String name = next.getFileName().toString();
                Path before = etc.resolve("defaults").resolve(name);
                Path own = etc.resolve(name);
                if (Files.exists(own) && !isSame(next, own) && !isSame(next, before)) {
                    boolean untouched = isSame(own, before);
                    Files.copy(next, fresh.resolve("etc").resolve(untouched ? name : name + ".new"));
                    if (!untouched) {
                        kept.add(name);
                    }
                }
            }
        }
        return kept;
    }

    private static boolean isSame(Path one, Path other) throws IOException {
        return Files.exists(other) && Files.mismatch(one, other) < 0;
    }

    /** {@return what is different, by its name within; the rest is taken away} */
    private static List<String> changed(Path home, Path fresh) throws IOException {
        List<String> changed = new ArrayList<>();
        try (Stream<Path> files = Files.walk(fresh)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                Path name = fresh.relativize(file);
                if (isSame(file, home.resolve(name.toString()))) {
                    Files.delete(file);
                } else {
                    if (name.startsWith("bin")) {
                        file.toFile().setExecutable(true, false);
                    }
                    changed.add(name.toString());
                }
            }
        }
        return changed;
    }

    /**
     * {@return the parts that what runs here can take with all else as it is} The store is none of them: a client
     * keeps its own.
     */
    private Map<Path, PartBundle> live(Path home, Path fresh, List<String> changed) throws Exception {
        Map<String, PartBundle> all = new LinkedHashMap<>();
        for (Path jar : Framework.jars(home.resolve("bundles"))) {
            all.put(jar.getFileName().toString(), PartBundle.read(jar));
        }
        Map<Path, PartBundle> parts = new LinkedHashMap<>();
        for (Path jar : Framework.jars(fresh.resolve("bundles"))) {
            if (changed.contains(fresh.relativize(jar).toString())) {
                PartBundle bundle = PartBundle.read(jar);
                if (!bundle.parts().isEmpty() && bundle.parts().stream()
                        .noneMatch(part -> part.kind().equals(PartKind.STORE.name()))) {
                    parts.put(jar, bundle);
                    all.put(jar.getFileName().toString(), bundle);
                }
            }
        }
        if (!parts.isEmpty()) {
            try (Assembly assembly = new Assembly(home.resolve("lib"), all.values())) {
                assembly.closure(parts.values());
            } catch (UsageException e) {
                out.println("no part can be exchanged before the rest is: " + e.getMessage());
                return Map.of();
            }
        }
        return parts;
    }

    /** In the folder that the instance follows; it takes back what its clients cannot work with. */
    private void hand(Map<Path, PartBundle> live, Path home, ControlClient instance)
            throws IOException, InterruptedException {
        Map<String, String> awaited = new LinkedHashMap<>();
        for (Map.Entry<Path, PartBundle> part : live.entrySet()) {
            Path jar = part.getKey();
            String version = attribute(jar, "Bundle-Version");
            awaited.put(part.getValue().symbolicName() + " " + Version.parseVersion(version),
                    part.getValue().shownName());
            Files.move(jar, home.resolve("bundles").resolve(jar.getFileName()), StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        long end = System.nanoTime() + TAKEN.toNanos();
        List<String> taken = new ArrayList<>();
        while (!awaited.isEmpty()) {
            List<String> lines = instance.ask("cloakwork:parts").text().lines().map(String::stripTrailing).toList();
            awaited.entrySet().removeIf(part -> {
                boolean there = lines.stream().anyMatch(line -> line.endsWith(" " + part.getKey()));
                if (there) {
                    taken.add(part.getValue());
                }
                return there;
            });
            if (System.nanoTime() - end > 0) {
                break;
            }
            Thread.sleep(AGAIN);
        }
        if (!taken.isEmpty()) {
            out.println("in use now: " + taken.stream().sorted().collect(Collectors.joining(", ")));
        }
        if (!awaited.isEmpty()) {
            out.println("not taken by the instance, whose log says why: " + String.join(", ", awaited.values()));
        }
    }
}
