package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Assembly;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.launcher.felix.PartBundle;
import org.cloakwork.spi.part.PartKind;

/** {@code cloakwork assemble}: a distribution with some of the parts of this one, and what they need. */
public final class AssembleCommand implements Command {

    /** Whoever starts a client needs these, whatever its parts are. */
    private static final List<String> ALWAYS = List.of("org.cloakwork.client", "org.apache.felix.scr",
            "org.apache.felix.configadmin", "org.cloakwork.control");

    /** Tries a whole distribution: with some of the parts, there is nothing to exchange. */
    private static final String TRIAL = "org.cloakwork.launcher.swaps.jar";

    private final PrintStream out;

    public AssembleCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public String name() {
        return "assemble";
    }

    @Override
    public String description() {
        return "make a distribution of chosen parts and what they need";
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Arguments.option("profile", "NAME", "parts to take: " + Profile.names()))
                .addOption(Arguments.option("parts", "NAME,...", "parts to take, at least one of each kind; or in "
                        + "addition to those of the profile, and before them"))
                .addOption(Arguments.option("out", "DIR", "folder to make; must not be there, or be empty"));
    }

    @Override
    public int run(CommandLine line) throws Exception {
        if (!line.hasOption("parts") && !line.hasOption("profile") || !line.hasOption("out")) {
            throw new UsageException("--profile NAME or --parts NAME,..., and --out DIR are needed");
        }
        Optional<Profile> profile = profile(line);
        Path home = Home.path();
        Path target = Path.of(line.getOptionValue("out")).toAbsolutePath().normalize();
        requireEmpty(target);
        List<PartBundle> all = new ArrayList<>();
        for (Path jar : Framework.jars(home.resolve("bundles"))) {
            all.add(PartBundle.read(jar));
        }
        boolean everything = profile.filter(Profile.EVERYTHING::equals).isPresent();
        List<PartBundle> parts = everything ? all : chosen(Stream.concat(
                Stream.of(line.getOptionValue("parts", "").split(",")), profile.stream().map(Profile::parts)
                .flatMap(List::stream)).toList(), all);
        Set<PartBundle> bundles = everything ? new LinkedHashSet<>(all) : resolved(home.resolve("lib"), all, parts);
        write(home, target, bundles);
        if (!everything) {
            Files.deleteIfExists(target.resolve("lib").resolve(TRIAL));
            Path configuration = target.resolve("etc/defaults/cloakwork.cfg");
            Files.writeString(configuration, configuration(Files.readString(configuration), parts,
                    profile.map(Profile::serves).orElse(true)));
        }
        copy(target.resolve("etc/defaults"), target.resolve("etc"));
        out.printf("%s: %d bundles, %.1f MB%n", target, bundles.size(), bytes(target) / 1e6);
        out.println("  chosen  " + shown(parts));
        out.println("  needed  " + shown(bundles.stream().filter(bundle -> !parts.contains(bundle)).toList()));
        return DONE;
    }

    private static Optional<Profile> profile(CommandLine line) throws UsageException {
        if (!line.hasOption("profile")) {
            return Optional.empty();
        }
        String name = line.getOptionValue("profile");
        return Optional.of(Profile.named(name).orElseThrow(() -> new UsageException("--profile " + name
                + ": there is none; there are: " + Profile.names())));
    }

    private static long bytes(Path folder) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    private static void requireEmpty(Path target) throws IOException, UsageException {
        if (Files.exists(target)) {
            boolean empty = false;
            if (Files.isDirectory(target)) {
                try (Stream<Path> files = Files.list(target)) {
                    empty = files.findAny().isEmpty();
                }
            }
            if (!empty) {
                throw new UsageException("--out " + target + ": not an empty folder");
            }
        }
    }

    private static String shown(Collection<PartBundle> bundles) {
        return bundles.stream().map(PartBundle::shownName).collect(Collectors.joining(", "));
    }

    private static List<PartBundle> chosen(List<String> words, List<PartBundle> all) throws UsageException {
        List<String> names = words.stream().filter(word -> !word.isBlank()).toList();
        Set<PartBundle> chosen = new LinkedHashSet<>();
        for (String name : names) {
            chosen.add(named(name.strip(), all));
        }
        for (PartKind<?> kind : PartKind.OF_A_CLIENT) {
            if (chosen.stream().flatMap(bundle -> bundle.parts().stream()).noneMatch(part ->
                    part.kind().equals(kind.name()))) {
                throw new UsageException("--parts " + String.join(",", names) + ": no " + kind
                        + " among them; there is "
                        + shown(all.stream()
                        .filter(bundle -> bundle.parts().stream().anyMatch(part -> part.kind().equals(kind.name())))
                        .toList()));
            }
        }
        return List.copyOf(chosen);
    }

    /** A full name means one bundle; a part's name alone will do where only one part has it. */
    private static PartBundle named(String name, List<PartBundle> all) throws UsageException {
        List<PartBundle> meant = all.stream().filter(bundle -> bundle.names().contains(name)).toList();
        if (meant.isEmpty()) {
            meant = all.stream().filter(bundle -> bundle.parts().stream().anyMatch(part -> part.name().equals(name)))
                    .toList();
        }
        return switch (meant.size()) {
            case 0 -> throw new UsageException("--parts " + name + ": no such part; there is "
                    + shown(all.stream().filter(PartBundle::isChoosable).toList()));
            case 1 -> meant.getFirst();
            default -> throw new UsageException("--parts " + name + ": may be any of " + shown(meant)
                    + "; KIND:NAME or the name of the bundle tells them apart");
        };
    }

    private static Set<PartBundle> resolved(Path lib, List<PartBundle> all, List<PartBundle> parts) throws Exception {
        Set<PartBundle> wanted = new LinkedHashSet<>(parts);
        all.stream().filter(bundle -> ALWAYS.contains(bundle.symbolicName())).forEach(wanted::add);
        Set<PartBundle> bundles;
        try (Assembly everything = new Assembly(lib, all)) {
            bundles = everything.closure(wanted);
        }
        // Among themselves, with nothing else to lean on.
        try (Assembly alone = new Assembly(lib, bundles)) {
            alone.closure(bundles);
        }
        return bundles;
    }

    private static void write(Path home, Path target, Set<PartBundle> bundles) throws IOException {
        Files.createDirectories(target);
        // An archive's runtime goes along; its cache is for just the jars it was made with.
        for (String taken : List.of("bin", "lib", "docs", "service", "templates", "runtime", "LICENSE", "NOTICE",
                "README.md", "THIRD-PARTY.md")) {
            if (Files.exists(home.resolve(taken))) {
                copy(home.resolve(taken), target.resolve(taken));
            }
        }
        Files.createDirectories(target.resolve("bundles"));
        for (PartBundle bundle : bundles) {
            copy(bundle.jar(), target.resolve("bundles").resolve(bundle.jar().getFileName()));
        }
        Path defaults = Files.createDirectories(target.resolve("etc/defaults"));
        List<String> files = new ArrayList<>(List.of("cloakwork.cfg", "cloakwork.jfc"));
        bundles.forEach(bundle -> files.add(bundle.symbolicName() + ".cfg"));
        for (String name : files) {
            Path file = home.resolve("etc/defaults").resolve(name);
            if (Files.exists(file)) {
                copy(file, defaults.resolve(name));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    /** The shipped file with the chosen parts in the place of others. */
    private static String configuration(String shipped, List<PartBundle> parts, boolean serves) {
        Map<String, String> chosen = new LinkedHashMap<>();
        PartKind.OF_A_CLIENT.forEach(kind -> chosen.put(kind.name(), names(kind, parts).getFirst()));
        chosen.put("frontends", serves ? String.join(", ", names(PartKind.FRONT_END, parts)) : "");
        Set<String> missing = new LinkedHashSet<>(chosen.keySet());
        List<String> lines = new ArrayList<>();
        for (String line : shipped.lines().toList()) {
            String key = line.split("=", 2)[0].strip();
            lines.add(missing.remove(key) ? key + " = " + chosen.get(key) : line);
        }
        missing.forEach(key -> lines.add(key + " = " + chosen.get(key)));
        lines.remove("frontends = ");
        return String.join("\n", lines) + "\n";
    }

    private static List<String> names(PartKind<?> kind, List<PartBundle> parts) {
        return parts.stream().flatMap(bundle -> bundle.parts().stream()).filter(part -> part.kind().equals(kind.name()))
                .map(PartBundle.Part::name).toList();
    }
}
