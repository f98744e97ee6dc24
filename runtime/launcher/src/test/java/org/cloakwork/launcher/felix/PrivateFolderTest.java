package org.cloakwork.launcher.felix;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFolderTest {

    @TempDir
    private Path temporary;

    /** A process that ends and one that starts may remove the same folder. */
    @Test
    void severalMayRemoveOneAtATime() throws Exception {
        try (ExecutorService processes = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 20; round++) {
                Path folder = Files.createDirectory(temporary.resolve("round" + round));
                for (int bundle = 0; bundle < 30; bundle++) {
                    Path own = Files.createDirectories(folder.resolve("bundles/bundle" + bundle + "/version0.0"));
                    Files.writeString(own.resolve("bundle.jar"), "jar");
                    Files.writeString(own.resolve("revision.location"), "here");
                }
                Callable<Void> removal = () -> {
                    PrivateFolder.remove(folder);
                    return null;
                };
                List<Future<Void>> removals = new ArrayList<>();
                for (int process = 0; process < 4; process++) {
                    removals.add(processes.submit(removal));
                }
                for (Future<Void> one : removals) {
                    one.get();
                }
                assertFalse(Files.exists(folder));
            }
        }
    }
}
