package org.cloakwork.itests.hostile;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Another user of this machine, a program of its own with no class but this one: tries without end to make each folder
 * that it has ever seen in a temporary directory, and folders in them, so that others put their programs into what is
 * its own. Says {@code watching} at its start, {@code used PATH} when somebody did, and {@code tries N} when something
 * comes in. What its owner has left for good, too, it can make again; nobody uses that.
 */
final class LocalUser {

    private static final String CHILD = "bundles";

    private LocalUser() {
    }

    /** @param arguments the temporary directory, and what the names of folders begin with */
    public static void main(String[] arguments) throws IOException {
        Path temporary = Path.of(arguments[0]);
        Set<Path> seen = new TreeSet<>();
        Set<Path> planted = new TreeSet<>();
        long tries = 0;
        System.out.println("watching");
        while (System.in.available() == 0) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, arguments[1] + "*")) {
                folders.forEach(seen::add);
            }
            for (Path folder : seen) {
                for (Path path : List.of(folder, folder.resolve(CHILD))) {
                    tries++;
                    if (plant(path)) {
                        planted.add(path);
                    }
                }
            }
            planted.removeIf(LocalUser::isUsed);
        }
        System.out.println("tries " + tries);
    }

    private static boolean plant(Path path) {
        try {
            Files.createDirectory(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
            return true;
        } catch (IOException refused) {
            // it is there, or there is no way in
            return false;
        }
    }

    private static boolean isUsed(Path path) {
        try (Stream<Path> files = Files.list(path)) {
            Optional<Path> foreign = files.filter(file -> !file.getFileName().toString().equals(CHILD)).findAny();
            foreign.ifPresent(file -> System.out.println("used " + file));
            return foreign.isPresent();
        } catch (IOException gone) {
            return false;
        }
    }
}
