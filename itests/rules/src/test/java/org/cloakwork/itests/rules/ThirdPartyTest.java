package org.cloakwork.itests.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of THIRD-PARTY.md is what the distribution has of others: names, versions, licences. */
class ThirdPartyTest {

    private static final Path PAGE = SourceFiles.ROOT.resolve("THIRD-PARTY.md");
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)`(?: in `[^`]+`)? \\| (\\S+) \\| ([\\w. -]+) \\|",
            Pattern.MULTILINE);
    private static final Pattern VERSION = Pattern.compile("\\d+(\\.\\d+){0,2}");
    /** What manifests say of a licence, by its identifier. */
    private static final Map<String, Pattern> LICENCES = Map.of(
            "Apache-2.0", Pattern.compile("(?i)apache.{0,30}2\\.0"),
            "BSD-3-Clause", Pattern.compile("(?i)licenses/bsd-3-clause"),
            "EPL-2.0", Pattern.compile("(?i)epl-2\\.0"),
            "MIT", Pattern.compile("(?i)license/mit"));
    private static final Pattern CLASS_OF_OTHERS = Pattern.compile("((?!org/cloakwork/)\\w+/\\w+)/.*\\.class");

    /** @param licences empty: it does not say */
    private record Work(String version, Set<String> licences) {
    }

    @Test
    void theTableHasWhatIsDistributedAndNothingElse() throws IOException {
        Map<String, Work> shipped = new TreeMap<>();
        for (Path jar : Jars.all()) {
            String name = jar.getFileName().toString();
            if (!name.startsWith("org.cloakwork.")) {
                Work work = work(jar);
                Work before = shipped.put(name, work);
                assertTrue(before == null || before.equals(work), name + " is there in two versions");
            }
        }
        Map<String, Work> listed = listed();
        listed.keySet().removeIf(name -> !name.endsWith(".jar"));
        // Of what does not tell its licence the table is believed.
        shipped.replaceAll((name, work) -> work.licences().isEmpty() && listed.containsKey(name)
                ? new Work(work.version(), listed.get(name).licences()) : work);
        Set<String> wrong = rows(listed);
        Set<String> right = rows(shipped);
        wrong.removeAll(right);
        right.removeAll(rows(listed));
        assertEquals("", String.join("\n", right), "rows that THIRD-PARTY.md lacks");
        assertEquals("", String.join("\n", wrong), "rows of THIRD-PARTY.md for what is not distributed so");
    }

    /** Of ours the digests are those of jars that are built anew. */
    @Test
    void theBillOfMaterialsHasEachJar() throws IOException, NoSuchAlgorithmException {
        String bill = Files.readString(SourceFiles.ROOT.resolve("distribution/target/cloakwork/cloakwork.cdx.json"));
        List<String> missing = new ArrayList<>();
        int jars = 0;
        for (Path jar : Jars.all()) {
            String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                    .digest(Files.readAllBytes(jar)));
            boolean ours = jar.getFileName().toString().startsWith("org.cloakwork.");
            String name = jar.getFileName().toString().replaceFirst("\\.jar$", "");
            jars++;
            if (!bill.contains(ours ? '"' + name + '"' : digest)) {
                missing.add(name);
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(jars > 30, jars + " jars");
    }

    /** Whatever a repository or a machine on the way says: these bytes are those that were there when it came in. */
    @Test
    void eachJarHasTheDigestThatIsWrittenDown() throws IOException, NoSuchAlgorithmException {
        Set<String> shipped = new TreeSet<>();
        for (Path jar : Jars.all()) {
            if (!jar.getFileName().toString().startsWith("org.cloakwork.")) {
                shipped.add(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(Files.readAllBytes(jar))) + "  " + jar.getFileName());
            }
        }
        Set<String> written = new TreeSet<>(Files.readAllLines(SourceFiles.ROOT.resolve("THIRD-PARTY.sha256")));
        Set<String> unknown = new TreeSet<>(shipped);
        unknown.removeAll(written);
        assertEquals("", String.join("\n", unknown), "jars of the distribution that THIRD-PARTY.sha256 lacks");
        written.removeAll(shipped);
        assertEquals("", String.join("\n", written), "lines of THIRD-PARTY.sha256 for what is not distributed");
    }

    @Test
    void whatIsInsideJarsOfOursIsListed() throws IOException {
        Set<String> inside = new TreeSet<>();
        for (JarFile jar : Jars.ours()) {
            jar.stream().map(entry -> CLASS_OF_OTHERS.matcher(entry.getName())).filter(Matcher::matches)
                    .forEach(name -> inside.add(name.group(1)));
        }
        assertEquals(inside, listed().keySet().stream().filter(name -> !name.endsWith(".jar"))
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Map<String, Work> listed() throws IOException {
        Map<String, Work> listed = new TreeMap<>();
        for (MatchResult row : ROW.matcher(Files.readString(PAGE)).results().toList()) {
            listed.put(row.group(1), new Work(row.group(2), new TreeSet<>(List.of(row.group(3).split(" OR ")))));
        }
        return listed;
    }

    private static Work work(Path file) throws IOException {
        try (JarFile jar = new JarFile(file.toFile())) {
            Attributes manifest = jar.getManifest().getMainAttributes();
            String version = VERSION.matcher(manifest.getValue("Bundle-Version")).results().findFirst().orElseThrow()
                    .group();
            String told = manifest.getValue("Bundle-License");
            Set<String> licences = LICENCES.entrySet().stream()
                    .filter(licence -> told != null && licence.getValue().matcher(told).find())
                    .map(Map.Entry::getKey).collect(Collectors.toCollection(TreeSet::new));
            assertTrue(told == null || !licences.isEmpty(), () -> file.getFileName() + ": unknown licence: " + told);
            return new Work(version, licences);
        }
    }

    private static Set<String> rows(Map<String, Work> works) {
        Set<String> rows = new TreeSet<>();
        works.forEach((name, work) -> rows.add("| `" + name + "` | " + work.version() + " | "
                + Stream.of("EPL-2.0", "MPL-2.0", "Apache-2.0", "MIT").filter(work.licences()::contains)
                        .collect(Collectors.joining(" OR ")) + " | |"));
        return rows;
    }
}
