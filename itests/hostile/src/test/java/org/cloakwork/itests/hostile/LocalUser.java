package org.cloakwork.itests.hostile;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * Another user of this machine, a program of its own with no class but this one: tries without end to make each folder that
 * it has ever seen in a temporary directory, and folders in them, so that it owns what others put programs into. Says
 * {@code watching} at its start, {@code planted PATH} whenever it has got something, and {@code tries N} when its input
 * ends.
 */
final class LocalUser {

    private static final String CHILD = "bundles";

    private LocalUser() {
    }

    /** @param arguments the temporary directory, and what the names of folders begin with */
    public static void main(String[] arguments) throws IOException {
        Path temporary = Path.of(arguments[0]);
        Set<Path> seen = new TreeSet<>();
        long tries = 0;
        System.out.println("watching");
        while (System.in.available() == 0) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, arguments[1] + "*")) {
                folders.forEach(seen::add);
            }
            for (Path folder : seen) {
                plant(folder);
                plant(folder.resolve(CHILD));
                tries += 2;
            }
        }
        System.out.println("tries " + tries);
    }

    private static void plant(Path path) {
        try {
            Files.createDirectory(path);
            System.out.println("planted " + path);
        } catch (FileAlreadyExistsException taken) {
            // not yet
        } catch (IOException refused) {
            // no way in
        }
    }
}
