package org.cloakwork.itests.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import aQute.bnd.differ.Baseline;
import aQute.bnd.differ.DiffPluginImpl;
import aQute.bnd.header.Attrs;
import aQute.bnd.header.Parameters;
import aQute.bnd.osgi.Constants;
import aQute.bnd.osgi.Instructions;
import aQute.bnd.osgi.Processor;
import aQute.bnd.service.diff.Delta;
import aQute.bnd.service.diff.Diff;
import aQute.bnd.service.diff.Tree;
import aQute.bnd.service.diff.Type;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The API keeps what it promised. {@code api/baseline.txt} is what was promised last; every package that differs from
 * it must have the version that semantic versioning gives it. Releasing makes what there is the new promise:
 *
 * <pre>mvn -pl itests/rules -am -Dcloakwork.baseline.write=true -Dtest=ApiTest -Dsurefire.failIfNoSpecifiedTests=false
 * package</pre>
 */
class ApiTest {

    private static final Path BASELINE = Path.of(System.getProperty("cloakwork.baseline"));

    @Test
    void everyChangeIsVersioned() throws Exception {
        String now = ApiText.of(new DiffPluginImpl().tree(Jars.API.toFile()));
        if (Boolean.getBoolean("cloakwork.baseline.write")) {
            Files.writeString(BASELINE, now);
        }
        assertEquals(List.of(), faults(now.lines().toList(), Files.readAllLines(BASELINE)),
                "packages of the API have changed "
                + "and need a version (in their package-info.java) that says so");
    }

    @Test
    void theCheckFindsWhatItIsThereFor() throws Exception {
        List<String> promised = Files.readAllLines(BASELINE);
        assertEquals(List.of(), faults(promised, promised));
        String method = promised.stream().filter(line -> line.contains(" untilNextSlot(")).findFirst().orElseThrow();
        List<String> removed = new ArrayList<>(promised);
        int at = removed.indexOf(method);
        removed.set(at, method.replace("untilNextSlot", "untilNextSlots"));
        List<String> faults = faults(removed, promised);
        assertEquals(1, faults.size(), faults.toString());
        assertTrue(faults.getFirst().startsWith("org.cloakwork.spi.cover: "), faults.toString());
        assertTrue(faults.getFirst().contains("must be 2.0.0"), faults.toString());
        assertTrue(faults.getFirst().contains("untilNextSlots"), faults.toString());
    }

    private static List<String> faults(List<String> now, List<String> promised) throws Exception {
        List<String> faults = new ArrayList<>();
        try (Processor bnd = new Processor()) {
            Tree newer = ApiText.read(now);
            Tree older = ApiText.read(promised);
            Set<Baseline.Info> packages = new Baseline(bnd, new DiffPluginImpl())
                    .baseline(newer, versions(newer), older, versions(older), new Instructions("*"));
            for (Baseline.Info info : packages) {
                if (info.mismatch) {
                    List<String> changes = new ArrayList<>();
                    addChanges(info.packageDiff, changes);
                    faults.add(info.packageName + ": is " + info.newerVersion + ", was promised as " + info.olderVersion
                            + ", must be " + info.suggestedVersion + ": " + String.join(", ", changes));
                }
            }
        }
        return faults;
    }

    private static Parameters versions(Tree bundle) {
        Parameters versions = new Parameters();
        for (Tree element : bundle.get("<api>").getChildren()) {
            for (Tree child : element.getChildren()) {
                if (child.getType() == Type.VERSION) {
                    versions.put(element.getName(), Attrs.create(Constants.VERSION_ATTRIBUTE, child.getName()));
                }
            }
        }
        return versions;
    }

    private static void addChanges(Diff diff, List<String> changes) {
        if (diff.getDelta() == Delta.ADDED || diff.getDelta() == Delta.REMOVED) {
            changes.add(diff.getDelta().name().toLowerCase() + " " + diff.getName());
        } else if (diff.getDelta() != Delta.UNCHANGED && diff.getDelta() != Delta.IGNORED) {
            diff.getChildren().forEach(child -> addChanges(child, changes));
        }
    }

    /** Whoever may implement it, in words that tools read: otherwise nobody knows what an added method breaks. */
    @Test
    void everyInterfaceSaysWhoImplementsIt() throws Exception {
        Set<String> silent = new TreeSet<>();
        try (JarFile api = new JarFile(Jars.API.toFile());
             URLClassLoader classes = new URLClassLoader(new URL[]{Jars.API.toUri().toURL()})) {
            for (JavaClass type : new ClassFileImporter().importJar(api)) {
                if (type.isInterface() && type.getModifiers().contains(JavaModifier.PUBLIC) && !type.isAnnotation()
                        && !classes.loadClass(type.getName()).isSealed() && !type.isAnnotatedWith(ConsumerType.class)
                        && !type.isAnnotatedWith(ProviderType.class)) {
                    silent.add(type.getName());
                }
            }
        }
        assertEquals(Set.of(), silent);
    }

    @Test
    void onlyWhatOthersCompileAgainstIsExported() throws IOException {
        Set<String> exporting = new TreeSet<>();
        for (JarFile jar : Jars.ours()) {
            try (jar) {
                var headers = jar.getManifest().getMainAttributes();
                if (headers.getValue("Export-Package") != null) {
                    exporting.add(headers.getValue("Bundle-SymbolicName"));
                }
            }
        }
        // The engine and the wire formats are shared by front-ends, the local network and topologies of this house.
        assertEquals(Set.of("org.cloakwork.api", "org.cloakwork.doors", "org.cloakwork.streams", "org.cloakwork.proxy",
                "org.cloakwork.client", "org.cloakwork.directory", "org.cloakwork.wire"), exporting);
    }
}
