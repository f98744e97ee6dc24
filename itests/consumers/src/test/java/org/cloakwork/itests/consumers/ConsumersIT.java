package org.cloakwork.itests.consumers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.itests.testing.distribution.Command;
import org.cloakwork.testing.Mixnet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Projects as others have them, with nothing but the coordinates of what is published. */
class ConsumersIT {

    private static final Path PROJECTS = Path.of("projects").toAbsolutePath();
    private static final Path JDK = Path.of(System.getProperty("java.home"));
    /** What the build itself has fetched from elsewhere; nothing else is needed, and no network. */
    private static final String OTHERS = Path.of(System.getProperty("maven.repository")).toUri().toString();
    private static final Path GRADLE = Path.of("/usr/bin/gradle");

    @TempDir
    private static Path folder;
    private static String staged;
    private static Path settings;

    @BeforeAll
    static void stage() throws IOException {
        staged = Staged.in(folder.resolve("staged"));
        settings = Files.writeString(folder.resolve("settings.xml"), """
                <settings>
                  <localRepository>%s</localRepository>
                  <mirrors>
                    <mirror>
                      <id>others</id>
                      <url>%s</url>
                      <mirrorOf>*,!staged</mirrorOf>
                    </mirror>
                  </mirrors>
                </settings>
                """.formatted(folder.resolve("m2"), OTHERS));
    }

    @Test
    void maven() throws Exception {
        assertTrue(succeeds(maven(project("maven"), "test")).contains("Tests run: 1, Failures: 0, Errors: 0"));
    }

    @Test
    void kotlin() throws Exception {
        assertTrue(succeeds(maven(project("kotlin"), "test")).contains("Tests run: 1, Failures: 0, Errors: 0"));
    }

    @Test
    void modules(@Mixnet LocalNetwork network) throws Exception {
        Path project = project("modules");
        succeeds(maven(project, "process-classes"));
        List<String> modules = jars(project.resolve("target/modules"));
        assertEquals(List.of(), modules.stream().filter(name -> name.matches(
                ".*(-server|localnet|control|gogo|felix|launcher|slf4j-(?!api)|logback|junit|h2).*")).toList());
        assertTrue(modules.size() > 20, modules.toString());
        String printed = succeeds(List.of(JDK.resolve("bin/java").toString(), "-p", project.resolve("target/classes")
                + File.pathSeparator + project.resolve("target/modules"), "-m", "example/example.Hello",
                network.directory().toString(), folder.resolve("state").toString()));
        assertEquals("Acknowledged by module org.cloakwork.frontend.embedded, module org.cloakwork.frontend.http",
                printed.lines().filter(line -> !line.startsWith("SLF4J(W): ")).reduce("", String::concat));
    }

    @Test
    void gradle() throws Exception {
        assumeTrue(Files.exists(GRADLE) || System.getenv("CI") != null, "there is no Gradle");
        List<String> command = new ArrayList<>(List.of("env", "JAVA_HOME=" + javaOfGradle(), GRADLE.toString(),
                "--no-daemon", "--offline", "--console=plain", "-g", folder.resolve("gradle-home").toString(), "-p",
                project("gradle").toString(), "-Djdk=" + JDK, "-Dothers=" + OTHERS, "-Dcloakwork.staged=" + staged,
                "-Dcloakwork.version=" + Staged.VERSION, "send"));
        assertTrue(succeeds(command).lines().anyMatch("Acknowledged"::equals));
    }

    /** {@return where the oldest JDK of the system is} Debian's Gradle does not start on new ones. */
    private static String javaOfGradle() throws IOException {
        try (Stream<Path> found = Files.list(Path.of("/usr/lib/jvm"))) {
            return found.filter(jdk -> jdk.getFileName().toString().matches("java-1\\.\\d+\\.0-.*")).sorted()
                    .findFirst().orElse(JDK).toString();
        }
    }

    private static Path project(String name) throws IOException {
        Path copy = folder.resolve(name);
        try (Stream<Path> files = Files.walk(PROJECTS.resolve(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(PROJECTS.resolve(name).relativize(file)));
            }
        }
        return copy;
    }

    private static List<String> maven(Path project, String phase) {
        return List.of("env", "JAVA_HOME=" + JDK, System.getProperty("maven.home") + "/bin/mvn", "-B", "-ntp", "-f",
                project.toString(), "-s", settings.toString(), "-Dstyle.color=never", "-Dcloakwork.staged=" + staged,
                "-Dcloakwork.version=" + Staged.VERSION, phase);
    }

    private static List<String> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String succeeds(List<String> command) throws Exception {
        try (Command program = Command.start(command)) {
            Command.Result result = program.end();
            assertEquals(0, result.exitCode(), result.text());
            return result.text();
        }
    }
}
