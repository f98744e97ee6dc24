package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.cli.Verbs;
import org.cloakwork.launcher.felix.Admission;
import org.cloakwork.spi.runtime.TextFile;

/** A zip with a distribution, which is not trusted before its digest was compared, nor afterwards. */
final class Archive {

    private static final int MAX_FILES = 10_000;
    private static final int MAX_NAME = 250;
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MAX_DIGEST_BYTES = 4096;
    private static final long MAX_BYTES = 1024L * 1024 * 1024;
    /** What every system takes for the name of a file, and for nothing else. */
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._+@-]*[A-Za-z0-9_+@-]");
    /** What is the owner's, or nobody's. */
    private static final Set<String> NOT_THEIRS = Set.of("state", "upgrade", "cache");
    private static final Set<String> ALWAYS = Set.of("bin/cloakwork", "lib/org.cloakwork.launcher.jar",
            "lib/org.cloakwork.api.jar", "bundles/" + UpgradeCommand.CLIENT, "etc/defaults/cloakwork.cfg");

    private final Path file;
    private final long maxBytes;

    Archive(Path file) {
        this(file, MAX_BYTES);
    }

    /** @param maxBytes of all that is in it */
    Archive(Path file, long maxBytes) {
        this.file = file;
        this.maxBytes = maxBytes;
    }

    /** @throws UsageException if its SHA-256 is not the one that {@code FILE.sha256} names, or there is none */
    void verify() throws UsageException {
        Path beside = file.resolveSibling(file.getFileName() + ".sha256");
        String wanted;
        try {
            wanted = TextFile.read(beside, MAX_DIGEST_BYTES).strip().split("\\s", 2)[0]
                    .toLowerCase(Locale.ROOT);
        } catch (IOException e) {
            throw new UsageException(beside + ": cannot be read, and the archive's SHA-256 has to be compared with it: "
                    + Verbs.told(e));
        }
        String actual = sha256();
        if (!actual.equals(wanted)) {
            throw new UsageException(file + ": its SHA-256 is " + actual + ", not the one in " + beside);
        }
    }

    private String sha256() throws UsageException {
        try {
            return Admission.sha256(file);
        } catch (IOException e) {
            throw new UsageException(file + ": cannot be read: " + e);
        }
    }

    /**
     * @param folder that it is unpacked in
     * @return the names of its files
     * @throws UsageException if it is no distribution, or would write anywhere else
     */
    List<String> unpack(Path folder) throws IOException, UsageException {
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        long left = maxBytes;
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                if (entry.isDirectory()) {
                    continue;
                }
                String name = entry.getName();
                requireAllowed(name);
                if (!seen.add(name.toLowerCase(Locale.ROOT))) {
                    throw wrong(name + " is in it twice");
                }
                names.add(name);
                if (names.size() > MAX_FILES) {
                    throw wrong("more than " + MAX_FILES + " files");
                }
                Path to = folder.resolve(name);
                Files.createDirectories(to.getParent());
                try (InputStream in = zip.getInputStream(entry)) {
                    left -= copy(in, to, left);
                }
            }
        } catch (ZipException e) {
            throw wrong(e.getMessage());
        }
        for (String needed : ALWAYS) {
            if (!names.contains(needed)) {
                throw wrong("no distribution of Cloakwork: " + needed + " is missing");
            }
        }
        return names;
    }

    private void requireAllowed(String name) throws UsageException {
        List<String> segments = Arrays.asList(name.split("/", -1));
        boolean etc = segments.getFirst().equalsIgnoreCase("etc");
        if (name.length() > MAX_NAME || !segments.stream().allMatch(segment -> SEGMENT.matcher(segment).matches())
                || NOT_THEIRS.contains(segments.getFirst().toLowerCase(Locale.ROOT))
                || etc && !name.startsWith("etc/defaults/")) {
            throw wrong("a file in it is called \"" + name.replaceAll("[^ -~]", "?") + "\", which none of ours is");
        }
    }

    private long copy(InputStream in, Path to, long limit) throws IOException, UsageException {
        long bytes = 0;
        byte[] buffer = new byte[BUFFER_BYTES];
        try (OutputStream out = Files.newOutputStream(to)) {
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                bytes += length;
                if (bytes > limit) {
                    throw wrong("more than " + maxBytes + " bytes");
                }
                out.write(buffer, 0, length);
            }
        }
        return bytes;
    }

    private UsageException wrong(String why) {
        return new UsageException(file + ": " + why);
    }
}
