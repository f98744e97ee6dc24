package org.cloakwork.itests.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.part.PartKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** What a part is stands on its class and nowhere else, and what the kinds are in {@link PartKind}. */
class PartsRuleTest {

    private static final Path PART_KIND =
            SourceFiles.ROOT.resolve("api/src/main/java/org/cloakwork/spi/part/PartKind.java");

    /** A component as its description says. */
    private record Described(String type, String kind, String name, Set<String> services) {

        private static Described of(Document description) {
            return new Described(one(description, "implementation", "class"), property(description, "cloakwork.part"),
                    property(description, "cloakwork.name"),
                    Set.copyOf(elements(description, "provide").map(each -> each.getAttribute("interface")).toList()));
        }

        private static Stream<Element> elements(Document description, String tag) {
            var found = description.getElementsByTagName(tag);
            return IntStream.range(0, found.getLength()).mapToObj(i -> (Element) found.item(i));
        }

        private static String one(Document description, String tag, String attribute) {
            return elements(description, tag).map(each -> each.getAttribute(attribute)).findFirst().orElseThrow();
        }

        private static String property(Document description, String name) {
            return elements(description, "property").filter(each -> each.getAttribute("name").equals(name))
                    .map(each -> each.getAttribute("value")).findFirst().orElse("");
        }

        private String part() {
            return kind + " " + name;
        }
    }

    private static final List<Described> PARTS = new ArrayList<>();
    private static URLClassLoader shipped;

    @BeforeAll
    static void read() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (Path jar : Jars.all()) {
            if (!jar.equals(Jars.API)) {
                urls.add(jar.toUri().toURL());
            }
        }
        shipped = new URLClassLoader(urls.toArray(URL[]::new), PartsRuleTest.class.getClassLoader());
        for (JarFile jar : Jars.ours()) {
            for (JarEntry entry : jar.stream().filter(each -> each.getName().matches("OSGI-INF/[^/]+\\.xml"))
                    .toList()) {
                try (InputStream in = jar.getInputStream(entry)) {
                    Described described = Described.of(
                            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in));
                    if (!described.kind().isEmpty()) {
                        PARTS.add(described);
                    }
                }
            }
        }
        assertTrue(PARTS.size() >= 15, PARTS.toString());
    }

    @AfterAll
    static void close() throws IOException {
        shipped.close();
    }

    @Test
    void everyPartIsAServiceOfItsKindAndSaysSoOnItsClass() throws Exception {
        for (Described part : PARTS) {
            PartKind<?> kind = PartKind.named(part.kind()).orElseThrow(() -> new AssertionError(part.toString()));
            assertEquals(Set.of(kind.service().getName()), part.services(), part.type());
            Cloakwork said = shipped.loadClass(part.type()).getAnnotation(Cloakwork.class);
            assertEquals(part.part(), said == null ? "nothing" : said.part() + " " + said.name(), part.type());
        }
        Set<String> kinds = new TreeSet<>(PARTS.stream().map(Described::kind).toList());
        assertEquals(new TreeSet<>(PartKind.ALL.stream().map(PartKind::name).toList()), kinds, "a kind without a part");
        assertEquals(PARTS.size(), Set.copyOf(PARTS.stream().map(Described::part).toList()).size(), "two of a name");
    }

    @Test
    void theListOfKindsStandsInOnePlace() throws IOException {
        List<String> names = PartKind.OF_A_CLIENT.stream().map(kind -> '"' + kind.name() + '"').toList();
        List<Path> lists = new ArrayList<>();
        for (Path file : SourceFiles.java()) {
            String text = Files.readString(file);
            if (file.toString().contains("/src/main/") && names.stream().allMatch(text::contains)) {
                lists.add(file);
            }
        }
        assertEquals(List.of(PART_KIND), lists);
    }
}
