package org.cloakwork.launcher.felix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.spi.runtime.OwnFiles;

/**
 * Who may write where code, configuration and keys are read from: whoever may runs code as we do. Nobody but us and
 * root shall, where the file system knows owners; a group that is its owner's own, by its name, is nobody else.
 */
public final class Rights {

    private static final int GROUP_WRITES = 0020;
    private static final int OTHERS_WRITE = 0002;
    private static final int STICKY = 01000;
    private static final int MOST_NAMED = 3;
    private static final int ROOT = 0;
    private static final Path OURSELVES = Path.of("/proc/self");

    private Rights() {
    }

    /**
     * Checks folders, what is directly in them, and the way to them.
     *
     * @param folders those that are not there are left out
     * @throws UsageException if others may write, in one line that names where
     */
    public static void check(List<Path> folders) throws UsageException {
        List<String> faults = new ArrayList<>();
        for (Path folder : folders) {
            try {
                if (Files.isDirectory(folder) && knowsOwners(folder)) {
                    addFaults(folder.toRealPath(), faults);
                } else if (Files.isDirectory(folder)) {
                    addFaultsByList(folder, faults);
                }
            } catch (IOException e) {
                throw new UsageException(folder + ": who may write there cannot be told: " + e);
            }
        }
        if (!faults.isEmpty()) {
            List<String> distinct = faults.stream().distinct().toList();
            throw new UsageException("others could run code as you, or read what is yours, by writing to "
                    + String.join(", ", distinct.subList(0, Math.min(MOST_NAMED, distinct.size())))
                    + (distinct.size() > MOST_NAMED ? " and " + (distinct.size() - MOST_NAMED) + " more" : "")
                    + "; take the right from them (" + (knowsOwners(folders.getFirst()) ? "chmod go-w"
                    : "icacls FOLDER /inheritance:r /grant:r %USERNAME%:(OI)(CI)F") + ") or make it yours");
        }
    }

    private static boolean knowsOwners(Path folder) {
        return folder.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    private static void addFaults(Path folder, List<String> faults) throws IOException {
        addFault(folder, faults);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                // What is gone by now was never ours to read.
                if (Files.exists(file)) {
                    addFault(file.toRealPath(), faults);
                }
            }
        }
        for (Path above = folder.getParent(); above != null; above = above.getParent()) {
            if ((mode(above) & (OTHERS_WRITE | STICKY)) == OTHERS_WRITE) {
                faults.add(described(above));
            }
        }
    }

    /** On Windows, where a folder says whether the names in it may be changed by those who cannot write to them. */
    private static void addFaultsByList(Path folder, List<String> faults) throws IOException {
        List<Path> all = new ArrayList<>(List.of(folder));
        try (Stream<Path> files = Files.list(folder)) {
            files.sorted().forEach(all::add);
        }
        for (Path file : all) {
            Collection<String> writers = OwnFiles.writers(file);
            if (!writers.isEmpty()) {
                faults.add(file + " (" + String.join(", ", writers) + ")");
            }
        }
    }

    private static void addFault(Path file, List<String> faults) throws IOException {
        Map<String, Object> is = Files.readAttributes(file, "unix:mode,uid,owner,group");
        int mode = (int) is.get("mode");
        boolean foreign = Files.exists(OURSELVES) && (int) is.get("uid") != ROOT
                && !is.get("uid").equals(Files.getAttribute(OURSELVES, "unix:uid"));
        boolean shared = (mode & GROUP_WRITES) != 0
                && !is.get("group").toString().equals(is.get("owner").toString());
        if (foreign || shared || (mode & OTHERS_WRITE) != 0) {
            faults.add(described(file));
        }
    }

    private static String described(Path file) throws IOException {
        return file + " (" + PosixFilePermissions.toString(Files.getPosixFilePermissions(file)) + " of "
                + Files.getOwner(file).getName() + ")";
    }

    private static int mode(Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:mode");
    }
}
