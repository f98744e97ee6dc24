package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Each bundle of ours, alone in a bare Felix with those it says it needs and those they need: it starts, and its
 * components load.
 */
public class ResolveIT {

    private static final String COMPONENTS = "Service-Component";

    @Test
    public void everyBundleNeedsNothingButWhatItDeclares() throws Exception {
        Map<Path, Set<Path>> needs = needs();
        assertTrue(needs.keySet().toString(), needs.size() >= 16);
        Map<String, String> faults = new TreeMap<>();
        for (Map.Entry<Path, Set<Path>> entry : needs.entrySet()) {
            String fault = fault(entry.getKey(), entry.getValue());
            if (fault != null) {
                faults.put(entry.getKey().getFileName() + " with " + entry.getValue().stream().map(Path::getFileName)
                        .toList(), fault);
            }
        }
        assertEquals(Map.of(), faults);
    }

    /** Where everything is there, whom each of ours is wired to for what is not optional, and so on from those. */
    private static Map<Path, Set<Path>> needs() throws Exception {
        Map<Path, Set<Path>> needs = new LinkedHashMap<>();
        Framework felix = bare();
        try {
            Map<Bundle, Path> jars = new LinkedHashMap<>();
            for (Path jar : jars()) {
                jars.put(felix.getBundleContext().installBundle(jar.toUri().toString()), jar);
            }
            felix.adapt(FrameworkWiring.class).resolveBundles(null);
            for (Map.Entry<Bundle, Path> entry : jars.entrySet()) {
                if (entry.getKey().getSymbolicName().startsWith("org.cloakwork.")) {
                    needs.put(entry.getValue(), closure(entry.getKey(), jars));
                }
            }
        } finally {
            stop(felix);
        }
        return needs;
    }

    private static Set<Path> closure(Bundle bundle, Map<Bundle, Path> jars) {
        Set<Path> closure = new LinkedHashSet<>();
        Deque<Bundle> open = new ArrayDeque<>(List.of(bundle));
        while (!open.isEmpty()) {
            BundleWiring wiring = open.poll().adapt(BundleWiring.class);
            if (wiring == null) {
                continue;
            }
            for (BundleWire wire : wiring.getRequiredWires(null)) {
                Path jar = jars.get(wire.getProvider().getBundle());
                if (jar != null && !"optional".equals(wire.getRequirement().getDirectives().get("resolution"))
                        && closure.add(jar)) {
                    open.add(wire.getProvider().getBundle());
                }
            }
        }
        closure.remove(jars.get(bundle));
        return closure;
    }

    /** {@return what went wrong, or null} */
    private static String fault(Path jar, Set<Path> needed) throws Exception {
        Framework felix = bare();
        try {
            felix.start();
            Bundle bundle = felix.getBundleContext().installBundle(jar.toUri().toString());
            for (Path other : needed) {
                felix.getBundleContext().installBundle(other.toUri().toString());
            }
            bundle.start();
            String components = bundle.getHeaders().get(COMPONENTS);
            if (components != null) {
                for (String component : components.split(",")) {
                    loads(bundle, component.strip());
                }
            }
            return null;
        } catch (BundleException | ReflectiveOperationException | LinkageError e) {
            return e.toString();
        } finally {
            stop(felix);
        }
    }

    /** A class whose fields and methods can be told has everything it needs to be looked at. */
    private static void loads(Bundle bundle, String component) throws Exception {
        String xml = new String(bundle.getEntry(component).openStream().readAllBytes());
        String name = xml.replaceAll("(?s).*<implementation class=\"([^\"]+)\".*", "$1");
        Class<?> type = bundle.loadClass(name);
        try {
            type.getDeclaredMethods();
            type.getDeclaredFields();
            type.getDeclaredConstructors();
        } catch (NoClassDefFoundError e) {
            if (!isOptional(bundle, e.getMessage())) {
                throw e;
            }
        }
    }

    /** A component that needs what the bundle can do without is there for whoever brings that. */
    private static boolean isOptional(Bundle bundle, String missing) {
        String imported = "(osgi.wiring.package=" + missing.substring(0, missing.lastIndexOf('/')).replace('/', '.')
                + ")";
        return bundle.adapt(BundleRevision.class).getDeclaredRequirements(PackageNamespace.PACKAGE_NAMESPACE).stream()
                .map(BundleRequirement::getDirectives).anyMatch(directives ->
                        "optional".equals(directives.get("resolution"))
                        && directives.getOrDefault("filter", "").contains(imported));
    }

    private static List<Path> jars() throws Exception {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("cloakwork.bundles")))) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
    }

    private static Framework bare() throws Exception {
        Map<String, String> properties = new HashMap<>();
        properties.put(Constants.FRAMEWORK_STORAGE, Files.createTempDirectory("bare").toString());
        properties.put("felix.bootdelegation.implicit", "false");
        properties.put("felix.log.level", "0");
        // There is one handler of URLs in a process, and Pax Exam needs it.
        properties.put("felix.service.urlhandlers", "false");
        Framework felix = new FrameworkFactory().newFramework(properties);
        felix.init();
        return felix;
    }

    private static void stop(Framework felix) throws Exception {
        felix.stop();
        felix.waitForStop(10_000);
    }
}
