package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.spi.part.PartKind;

/**
 * {@code cloakwork new}: a Maven project for a part of one's own, from {@code templates/KIND} of the distribution and
 * what all have in {@code templates/all}. Names between at signs are filled in, in texts; PACKAGE and CLASS, in paths.
 */
public final class NewCommand implements Command {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final String SHARED = "all";

    private final PrintStream out;

    public NewCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public String name() {
        return "new";
    }

    @Override
    public String description() {
        return "make a Maven project for a part of your own";
    }

    @Override
    public Optional<String> argument() {
        return Optional.of("KIND NAME");
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Arguments.option("out", "DIR", "folder to make (default: KIND-NAME)"))
                .addOption(Arguments.option("package", "PACKAGE",
                "Java package (default: org.example.KIND.NAME)"));
    }

    @Override
    public int run(CommandLine line) throws Exception {
        String kind = line.getArgList().get(0);
        String name = line.getArgList().get(1);
        Path templates = Home.path().resolve("templates");
        if (kind.equals(SHARED) || kind.contains("/") || !Files.isDirectory(templates.resolve(kind))) {
            throw new UsageException(kind + ": no such kind of part; there is " + kinds(templates));
        }
        if (!NAME.matcher(name).matches()) {
            throw new UsageException(name
                    + ": a name is lower-case letters and digits, with single dashes between words");
        }
        String packageName = line.getOptionValue("package", "org.example." + kind + "." + name.replace('-', '_'));
        if (!SourceVersion.isName(packageName)) {
            throw new UsageException("--package " + packageName + ": not a name for a Java package");
        }
        Path target = Path.of(line.getOptionValue("out", kind + "-" + name)).toAbsolutePath().normalize();
        if (Files.exists(target)) {
            throw new UsageException("--out " + target + ": there already");
        }
        boolean frontEnd = kind.equals(PartKind.FRONT_END.name());
        String className = className(name) + className(frontEnd ? "front-end" : kind);
        String bundles = shellWord(Home.path().resolve("bundles")) + "/";
        Map<String, String> values = Map.of("kind", kind, "name", name, "package", packageName, "class", className,
                "home", Home.path().toString(), "home-xml", xml(Home.path()), "bundles", bundles,
                "key", frontEnd ? Instance.FRONT_ENDS : kind);
        fill(templates.resolve(SHARED), target, values);
        fill(templates.resolve(kind), target, values);
        out.println(target);
        out.println("  build and test  mvn -f " + shellWord(target) + " package");
        out.println("  install         cp " + shellWord(target) + "/target/*.jar " + bundles);
        out.println("  select          " + values.get("key") + " = " + name + " in etc/cloakwork.cfg");
        return DONE;
    }

    private static String kinds(Path templates) throws IOException {
        try (Stream<Path> folders = Files.list(templates)) {
            return folders.map(folder -> folder.getFileName().toString()).filter(kind -> !kind.equals(SHARED))
                    .collect(Collectors.toCollection(TreeSet::new)).stream().collect(Collectors.joining(", "));
        }
    }

    /** A path as one word of a command line, so that what is printed can be pasted. */
    private static String shellWord(Path path) {
        String text = path.toString();
        return text.matches("[\\w./+:@%-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    private static String xml(Path path) {
        return path.toString().replace("&", "&amp;").replace("<", "&lt;");
    }

    private static String className(String words) {
        return Arrays.stream(words.split("-")).map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }

    private static void fill(Path template, Path target, Map<String, String> values) throws IOException {
        try (Stream<Path> files = Files.walk(template)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path filled = target.resolve(template.relativize(file).toString()
                        .replace("PACKAGE", values.get("package").replace('.', '/')).replace("CLASS",
                        values.get("class")));
                Files.createDirectories(filled.getParent());
                String text = Files.readString(file);
                for (Map.Entry<String, String> value : values.entrySet()) {
                    text = text.replace('@' + value.getKey() + '@', value.getValue());
                }
                Files.writeString(filled, text);
            }
        }
    }
}
