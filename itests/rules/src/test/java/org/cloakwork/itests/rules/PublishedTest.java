package org.cloakwork.itests.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What others depend on is what repositories take, and what a release says of itself. */
class PublishedTest {

    private static final List<String> SHELVES = List.of("", "runtime", "bundles", "transports", "distribution");
    private static final Set<String> TOLD_BY_ALL =
            Set.of("name", "description", "url", "licenses", "developers", "scm");

    /** A module cannot be started beside another one that has a package of its own. */
    @Test
    void noPackageIsInTwoJars() throws IOException {
        Map<String, Set<String>> jars = new TreeMap<>();
        for (Path file : Jars.all()) {
            try (JarFile jar = new JarFile(file.toFile())) {
                jar.stream().map(entry -> entry.getName()).filter(name -> name.endsWith(".class"))
                        .filter(name -> name.contains("/") && !name.startsWith("META-INF/"))
                        .map(name -> name.substring(0, name.lastIndexOf('/'))).distinct()
                        .forEach(name -> jars.computeIfAbsent(name, each -> new TreeSet<>())
                                .add(file.getFileName().toString()));
            }
        }
        // The framework brings what is OSGi's own, and others bring it again.
        jars.keySet().removeIf(name -> name.startsWith("org/osgi/"));
        jars.values().removeIf(where -> where.size() == 1);
        assertEquals(Map.of(), jars);
    }

    @Test
    void eachPomStandsAloneAndTellsWhatCentralAsks() throws Exception {
        List<String> wrong = new ArrayList<>();
        Map<String, Path> poms = poms();
        assertTrue(poms.size() > 30, poms.keySet().toString());
        for (Map.Entry<String, Path> pom : poms.entrySet()) {
            Document document;
            try (InputStream in = Files.newInputStream(pom.getValue())) {
                document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
            }
            Set<String> told = new TreeSet<>();
            NodeList children = document.getDocumentElement().getChildNodes();
            for (int i = 0; i < children.getLength(); i++) {
                if (children.item(i) instanceof Element element && !element.getTextContent().isBlank()) {
                    told.add(element.getTagName());
                }
            }
            if (!told.containsAll(TOLD_BY_ALL)) {
                wrong.add(pom.getKey() + " does not tell all of " + TOLD_BY_ALL);
            }
            if (told.contains("parent")) {
                wrong.add(pom.getKey() + " has a parent");
            }
            NodeList artifacts = document.getElementsByTagName("artifactId");
            for (int i = 0; i < artifacts.getLength(); i++) {
                String artifact = artifacts.item(i).getTextContent();
                if (artifact.matches("(org\\.)?cloakwork[.-].*") && !poms.containsKey(artifact)) {
                    wrong.add(pom.getKey() + " needs " + artifact + ", which is not published");
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void theBillOfMaterialsHasAllThatIsPublished() throws IOException {
        String bom = Files.readString(SourceFiles.ROOT.resolve("distribution/bom/pom.xml"));
        Set<String> listed = Pattern.compile("<artifactId>([^<]+)</artifactId>").matcher(
                bom.substring(bom.indexOf("<dependencyManagement>"), bom.indexOf("</dependencyManagement>")))
                .results().map(found -> found.group(1)).collect(Collectors.toCollection(TreeSet::new));
        Set<String> published = new TreeSet<>(poms().keySet());
        published.remove("cloakwork-bom");
        assertEquals(published, listed);
    }

    /** {@return the poms as others get them, by artifact} */
    private static Map<String, Path> poms() throws IOException {
        Map<String, Path> poms = new TreeMap<>();
        for (String shelf : SHELVES) {
            try (Stream<Path> modules = Files.list(SourceFiles.ROOT.resolve(shelf))) {
                for (Path pom : modules.map(module -> module.resolve("target/flattened.pom")).filter(Files::exists)
                        .toList()) {
                    poms.put(Pattern.compile("<artifactId>([^<]+)<").matcher(Files.readString(pom)).results()
                            .findFirst().orElseThrow().group(1), pom);
                }
            }
        }
        poms.remove("org.cloakwork.bundles");
        return poms;
    }

    @Test
    void notesOfAReleaseAreWhatTheChangeLogSaysOfIt() throws Exception {
        String log = Files.readString(SourceFiles.ROOT.resolve("CHANGELOG.md"));
        List<MatchResult> versions = Pattern.compile("^## (\\d\\S*?)(?:, .*)?$", Pattern.MULTILINE).matcher(log)
                .results().toList();
        for (int i = 0; i < versions.size(); i++) {
            int end = i + 1 < versions.size() ? versions.get(i + 1).start() : log.length();
            assertEquals(log.substring(versions.get(i).end(), end).strip(),
                    run(0, ".ci/release-notes", versions.get(i).group(1)).strip());
        }
        assertTrue(!versions.isEmpty());
    }

    @Test
    void aVersionThatIsNotThereIsRefused() throws Exception {
        assertEquals("release-notes: CHANGELOG.md says nothing of a version \"999.0.0\"",
                run(2, ".ci/release-notes", "999.0.0").strip());
        assertTrue(run(2, ".ci/release", "999.0.0").contains(", not at 999.0.0-SNAPSHOT"));
        assertTrue(run(2, ".ci/release", "next").startsWith("release: \"next\" is no version such as 1.2.3"));
    }

    private static String run(int expected, String... command) throws Exception {
        Process process = new ProcessBuilder(command).directory(SourceFiles.ROOT.toFile()).redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(expected, process.exitValue(), text);
        return text;
    }
}
