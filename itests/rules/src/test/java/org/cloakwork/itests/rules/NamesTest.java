package org.cloakwork.itests.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.transport.GatewayServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** "One name, one thing" in CONTRIBUTING.md: who knows one name of a thing knows the others. */
class NamesTest {

    private static final Pattern MODULE = Pattern.compile("<module>(.+?)</module>");
    /** The one above all bundles makes no jar. */
    private static final Pattern BUNDLES = Pattern.compile("api|(runtime|bundles|transports)/.+");
    /** On the class path, no bundles. */
    private static final Set<String> STARTED_BY_JAVA =
            Set.of("org.cloakwork.launcher", "org.cloakwork.launcher.swaps");
    /** WebAssembly, which has classes of the names of the JDK and of what is compiled into it: no bundle. */
    private static final String WEB = "bundles/frontend-web";
    /** Makes clients, inside the program that calls it: nothing that a client could be given. */
    private static final Set<String> NO_PARTS = Set.of("bundles/frontend-embedded", WEB);
    /** What programs name in their poms begins so; its packages do as those of others. */
    private static final String DEPENDED_ON = "cloakwork-";
    /** People have files of these names. */
    private static final Map<String, String> OLDER_CONFIGURATIONS = Map.of(
            "org.cloakwork.frontend.exit", "org.cloakwork.exit",
            "org.cloakwork.store.mvstore", "org.cloakwork.store",
            "org.cloakwork.transport.websocketjdk", "org.cloakwork.transport.jdk");

    /** @param bundle the name of the jar that brings it */
    private record Part(String bundle, String kind, String name) {

        String folder() {
            return kind.equals(PartKind.TRANSPORT.name()) ? "transports/" + name : "bundles/" + kind + "-" + name;
        }
    }

    /** The name of each module, by its folder. */
    private static final Map<String, String> MODULES = new TreeMap<>();

    @BeforeAll
    static void read() throws IOException {
        for (String folder : modules(SourceFiles.ROOT)) {
            MODULES.put(folder, nameOf(folder));
            for (String inside : modules(SourceFiles.ROOT.resolve(folder))) {
                MODULES.put(folder + "/" + inside, nameOf(folder + "/" + inside));
            }
        }
        assertTrue(MODULES.size() > 30, MODULES.toString());
    }

    private static List<String> modules(Path folder) throws IOException {
        return MODULE.matcher(Files.readString(folder.resolve("pom.xml"))).results().map(found -> found.group(1))
                .toList();
    }

    /** The rule itself. */
    private static String nameOf(String folder) {
        int slash = folder.indexOf('/');
        String shelf = slash < 0 ? "" : folder.substring(0, slash);
        String name = folder.substring(slash + 1);
        if (shelf.equals("distribution")) {
            return DEPENDED_ON + name;
        }
        String words = switch (shelf) {
            case "", "bundles", "runtime" -> name;
            case "transports" -> "transport-" + name;
            case "itests" -> "itests-" + name;
            default -> throw new AssertionError(folder + ": no folder for modules");
        };
        int dash = words.indexOf('-');
        return "org.cloakwork." + (dash < 0 ? words
                : words.substring(0, dash) + "." + words.substring(dash + 1).replace("-", ""));
    }

    @Test
    void theRuleIsTheOneInTheBook() {
        assertEquals("org.cloakwork.wire", nameOf("runtime/wire"));
        assertEquals("org.cloakwork.topology.nymapi", nameOf("bundles/topology-nym-api"));
        assertEquals("org.cloakwork.transport.websocketjdk", nameOf("transports/websocket-jdk"));
        assertEquals("org.cloakwork.itests.rules", nameOf("itests/rules"));
        assertEquals("cloakwork-client", nameOf("distribution/client"));
    }

    @Test
    void anArtifactIsNamedAfterItsFolder() throws Exception {
        Map<String, String> artifacts = new TreeMap<>();
        for (String folder : MODULES.keySet()) {
            try (InputStream in = Files.newInputStream(SourceFiles.ROOT.resolve(folder).resolve("pom.xml"))) {
                artifacts.put(folder, child(xml(in).getDocumentElement(), "artifactId"));
            }
        }
        assertEquals(MODULES, artifacts);
    }

    private static String child(Element parent, String name) {
        NodeList children = parent.getChildNodes();
        for (int i = 0; i < children.getLength(); i++) {
            if (children.item(i).getNodeName().equals(name)) {
                return children.item(i).getTextContent();
            }
        }
        throw new AssertionError("no " + name);
    }

    @Test
    void aJarItsBundleAndItsModuleAreNamedAfterTheFolder() throws Exception {
        Set<String> names = new TreeSet<>();
        for (JarFile jar : Jars.ours()) {
            try (jar) {
                String name = nameOf(jar);
                names.add(name);
                if (STARTED_BY_JAVA.contains(name)) {
                    continue;
                }
                assertEquals(name, jar.getManifest().getMainAttributes().getValue("Bundle-SymbolicName"));
                Set<ModuleReference> modules = ModuleFinder.of(Path.of(jar.getName())).findAll();
                assertEquals(Set.of(name), modules.stream().map(module -> module.descriptor().name())
                        .collect(Collectors.toSet()));
                assertFalse(modules.iterator().next().descriptor().isAutomatic(), name);
            }
        }
        assertEquals(MODULES.entrySet().stream()
                .filter(module -> BUNDLES.matcher(module.getKey()).matches() && !module.getKey().equals(WEB))
                .map(Map.Entry::getValue)
                .collect(Collectors.toCollection(TreeSet::new)), names);
    }

    @Test
    void packagesBeginWithTheNameOfTheirModule() throws IOException {
        List<String> elsewhere = new ArrayList<>();
        for (Map.Entry<String, String> module : MODULES.entrySet()) {
            for (Path file : module.getKey().equals(WEB) ? List.<Path>of() : sources(module.getKey())) {
                String inPackage = packageOf(file);
                if (!(inPackage + ".").startsWith(module.getValue().replace(DEPENDED_ON, "org.cloakwork.") + ".")
                        && !(module.getKey().equals("api") && inPackage.startsWith("org.cloakwork.spi."))) {
                    elsewhere.add(SourceFiles.ROOT.relativize(file).toString());
                }
            }
        }
        assertEquals(List.of(), elsewhere);
    }

    private static String packageOf(Path file) throws IOException {
        Matcher declared = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE).matcher(Files.readString(file));
        assertTrue(declared.find(), file.toString());
        return declared.group(1);
    }

    private static List<Path> sources(String folder) throws IOException {
        List<Path> files = new ArrayList<>(SourceFiles.java(SourceFiles.ROOT.resolve(folder).resolve("src/main/java")));
        files.addAll(SourceFiles.java(SourceFiles.ROOT.resolve(folder).resolve("src/test/java")));
        files.removeIf(file -> file.endsWith("module-info.java"));
        return files;
    }

    @Test
    void aPartIsNamedAsItsFolderIs() throws Exception {
        Set<Part> parts = components();
        assertTrue(parts.size() > 12, parts.toString());
        for (Part part : parts) {
            assertEquals(MODULES.get(part.folder()), part.bundle(), part.toString());
        }
        Set<String> folders = parts.stream().map(Part::folder).collect(Collectors.toSet());
        for (String folder : MODULES.keySet()) {
            if (folder.startsWith("transports/") || PartKind.ALL.stream()
                    .anyMatch(kind -> folder.startsWith("bundles/" + kind + "-"))) {
                assertEquals(!NO_PARTS.contains(folder), folders.contains(folder), folder);
            }
        }
    }

    @Test
    void aPartHasTheSameNameWithoutOsgi() throws Exception {
        Set<Part> parts = new HashSet<>();
        List<URL> jars = new ArrayList<>();
        for (Path jar : Jars.all()) {
            jars.add(jar.toUri().toURL());
        }
        try (URLClassLoader all = new URLClassLoader(jars.toArray(URL[]::new), getClass().getClassLoader())) {
            for (PartFactory<?> factory : ServiceLoader.load(PartFactory.class, all)) {
                String jar = Path.of(factory.getClass().getProtectionDomain().getCodeSource().getLocation().toURI())
                        .getFileName().toString();
                // The other end of a transport is no part of a client, and belongs to it.
                String kind = factory.type() == GatewayServer.class ? PartKind.TRANSPORT.name()
                        : PartKind.ALL.stream().filter(each -> each.service() == factory.type()).findFirst()
                        .orElseThrow().name();
                parts.add(new Part(jar.substring(0, jar.length() - ".jar".length()), kind, factory.name()));
            }
        }
        assertEquals(components().stream().filter(part -> !part.kind().equals(PartKind.FRONT_END.name()))
                .collect(Collectors.toSet()), parts);
    }

    /** {@return the parts, and the other ends of transports, as OSGi is told of them} */
    private static Set<Part> components() throws Exception {
        Set<Part> parts = new HashSet<>();
        for (JarFile jar : Jars.ours()) {
            try (jar) {
                for (Document component : componentsOf(jar)) {
                    Map<String, String> properties = new HashMap<>();
                    NodeList all = component.getElementsByTagName("property");
                    for (int i = 0; i < all.getLength(); i++) {
                        Element property = (Element) all.item(i);
                        properties.put(property.getAttribute("name"), property.getAttribute("value"));
                    }
                    Optional<String> kind = Optional.ofNullable(properties.get(PartFactory.KIND_PROPERTY)).or(() ->
                            provides(component, GatewayServer.class) ? Optional.of(PartKind.TRANSPORT.name())
                                    : Optional.empty());
                    kind.ifPresent(of -> parts.add(
                            new Part(nameOf(jar), of, properties.get(PartFactory.NAME_PROPERTY))));
                }
            }
        }
        return parts;
    }

    private static boolean provides(Document component, Class<?> service) {
        NodeList all = component.getElementsByTagName("provide");
        for (int i = 0; i < all.getLength(); i++) {
            if (((Element) all.item(i)).getAttribute("interface").equals(service.getName())) {
                return true;
            }
        }
        return false;
    }

    @Test
    void aPartIsConfiguredUnderItsNameOrTheOneItHadBefore() throws Exception {
        Map<String, String> older = new HashMap<>();
        for (JarFile jar : Jars.ours()) {
            try (jar) {
                for (Document component : componentsOf(jar)) {
                    String pid = component.getDocumentElement().getAttribute("configuration-pid");
                    if (!pid.isEmpty() && !pid.equals(nameOf(jar))) {
                        older.put(nameOf(jar), pid);
                    }
                }
            }
        }
        assertEquals(OLDER_CONFIGURATIONS, older);
    }

    private static List<Document> componentsOf(JarFile jar) throws Exception {
        List<Document> components = new ArrayList<>();
        for (JarEntry entry : jar.stream().filter(each -> each.getName().matches("OSGI-INF/[^/]+\\.xml")).toList()) {
            try (InputStream in = jar.getInputStream(entry)) {
                components.add(xml(in));
            }
        }
        return components;
    }

    private static Document xml(InputStream in) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
    }

    private static String nameOf(JarFile jar) {
        String file = Path.of(jar.getName()).getFileName().toString();
        return file.substring(0, file.length() - ".jar".length());
    }

    /** Whoever reads a name in a stack trace or in a review need not ask which. */
    @Test
    void noTwoClassesOfAModuleHaveTheSameName() throws IOException {
        List<String> twice = new ArrayList<>();
        for (String folder : MODULES.keySet()) {
            Map<String, List<Path>> named = sources(folder).stream()
                    .filter(file -> !file.endsWith("package-info.java"))
                    .filter(file -> !folder.equals(WEB) || !file.toString().contains("/emulation/"))
                    .collect(Collectors.groupingBy(file -> file.getFileName().toString()));
            named.forEach((name, files) -> {
                if (files.size() > 1) {
                    twice.add(folder + ": " + name);
                }
            });
        }
        assertEquals(List.of(), twice);
    }

    @Test
    void whatIsCalledATestIsOne() throws IOException {
        List<Path> shipped = new ArrayList<>();
        for (String folder : MODULES.keySet()) {
            for (Path file : SourceFiles.java(SourceFiles.ROOT.resolve(folder).resolve("src/main/java"))) {
                if (file.getFileName().toString().matches(".*(Test|IT)\\.java")) {
                    shipped.add(file);
                }
            }
        }
        assertEquals(List.of(), shipped);
    }
}
