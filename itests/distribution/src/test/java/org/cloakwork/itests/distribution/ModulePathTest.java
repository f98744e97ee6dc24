package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jars of the distribution are modules, too: without OSGi, on the module path. */
class ModulePathTest {

    @TempDir
    private Path folder;

    @Test
    void aProgramOfModulesRunsAClientFromTheSameJars() throws Exception {
        Path module = Files.writeString(folder.resolve("module-info.java"),
                "module app { requires org.cloakwork.api; }");
        Path program = Files.writeString(folder.resolve("App.java"), """
                package app;

                import java.time.Duration;
                import org.cloakwork.api.MixnetClient;

                public class App {

                    public static void main(String[] arguments) throws Exception {
                        try (MixnetClient client = MixnetClient.builder().start()) {
                            client.awaitReady(Duration.ofSeconds(60));
                            client.subscribe(message -> System.out.println(
                                    "received " + new String(message.payload()) + " by " + \
                client.getClass().getModule()));
                            client.send(client.address(), "hello".getBytes()).outcome().join();
                            Thread.sleep(Duration.ofMinutes(10));
                        }
                    }
                }
                """);
        String jars = Command.HOME.resolve("bundles") + File.pathSeparator + Command.HOME.resolve("lib");
        Path classes = folder.resolve("classes");
        assertEquals(0, ToolProvider.findFirst("javac").orElseThrow().run(System.out, System.err, "-p", jars, "-d",
                classes.toString(), module.toString(), program.toString()));
        try (Command app = Command.start(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-p", classes + File.pathSeparator + jars, "-m", "app/app.App"))) {
            app.awaitLine("received hello by module org.cloakwork.frontend.embedded"::equals, Command.PATIENCE);
        }
    }
}
