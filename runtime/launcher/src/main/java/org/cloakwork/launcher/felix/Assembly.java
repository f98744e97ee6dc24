package org.cloakwork.launcher.felix;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.cloakwork.launcher.cli.UsageException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * A framework with bundles installed and none of them started, to learn what some of them need. The resolver of the
 * framework decides; what is optional is left out.
 */
public final class Assembly implements AutoCloseable {

    private static final String SERVICES = "osgi.service";

    private final org.osgi.framework.launch.Framework felix;
    private final PrivateFolder folder;
    private final Map<Bundle, PartBundle> installed = new LinkedHashMap<>();

    /**
     * @param lib     the folder whose jars are shared by everything
     * @param bundles to install
     */
    public Assembly(Path lib, Collection<PartBundle> bundles) throws IOException, BundleException {
        Map<String, String> properties = new HashMap<>();
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, Framework.exportedBy(lib));
        properties.put("felix.log.level", "0");
        folder = new PrivateFolder("cloakwork-assemble-");
        felix = Framework.in(folder, properties);
        try {
            felix.init();
            for (PartBundle bundle : bundles) {
                installed.put(felix.getBundleContext().installBundle("reference:" + bundle.jar().toUri()), bundle);
            }
        } catch (BundleException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * @param chosen some of those installed
     * @return these and every other that one of them cannot do without
     * @throws UsageException if one cannot be resolved, naming what is missing, or needs a service of which there is
     *                        none or more than one to choose from
     */
    public Set<PartBundle> closure(Collection<PartBundle> chosen) throws UsageException {
        Set<Bundle> found = new LinkedHashSet<>();
        Deque<Bundle> open = new ArrayDeque<>(installed.keySet().stream()
                .filter(bundle -> chosen.contains(installed.get(bundle))).toList());
        while (!open.isEmpty()) {
            resolve(List.copyOf(open));
            while (!open.isEmpty()) {
                Bundle bundle = open.poll();
                if (found.add(bundle)) {
                    open.addAll(providersOf(bundle));
                }
            }
            open.addAll(providersOfServices(found));
        }
        return found.stream().map(installed::get).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private void resolve(Collection<Bundle> bundles) throws UsageException {
        if (!felix.adapt(FrameworkWiring.class).resolveBundles(bundles)) {
            Map<PartBundle, List<String>> missing = new LinkedHashMap<>();
            Set<Bundle> seen = new LinkedHashSet<>();
            bundles.forEach(bundle -> addMissing(bundle, seen, missing));
            throw new UsageException(missing.isEmpty() ? "these cannot be resolved together"
                    : missing.entrySet().stream()
                    .map(entry -> entry.getKey().shownName() + " needs " + String.join(", ", entry.getValue()))
                    .collect(Collectors.joining("; ", "", "; no bundle provides that")));
        }
    }

    private List<Bundle> providersOf(Bundle bundle) {
        List<Bundle> providers = new ArrayList<>();
        for (BundleWire wire : bundle.adapt(BundleWiring.class).getRequiredWires(null)) {
            Bundle provider = wire.getProvider().getBundle();
            if (isMandatory(wire.getRequirement()) && installed.containsKey(provider)) {
                providers.add(provider);
            }
        }
        return providers;
    }

    private List<Bundle> providersOfServices(Set<Bundle> found) throws UsageException {
        for (Bundle bundle : found) {
            for (BundleRequirement need : revision(bundle).getDeclaredRequirements(SERVICES)) {
                if (!isMandatory(need) || found.stream().anyMatch(provider -> provides(provider, need))) {
                    continue;
                }
                List<Bundle> providers = installed.keySet().stream().filter(b -> provides(b, need)).toList();
                if (providers.size() != 1) {
                    throw new UsageException(installed.get(bundle).shownName() + " needs the service "
                            + need.getDirectives().get("filter") + (providers.isEmpty() ? ", which no bundle provides"
                            : "; add one of " + providers.stream().map(b -> installed.get(b).shownName())
                            .collect(Collectors.joining(", "))));
                }
                return providers;
            }
        }
        return List.of();
    }

    /**
     * What keeps a bundle from being resolved: the needs that nothing here meets, its own and those of its providers.
     */
    private void addMissing(Bundle bundle, Set<Bundle> seen, Map<PartBundle, List<String>> missing) {
        if (!seen.add(bundle)) {
            return;
        }
        for (BundleRequirement need : revision(bundle).getDeclaredRequirements(null)) {
            if (isMandatory(need) && !need.getNamespace().equals(SERVICES) && !provides(felix, need)) {
                List<Bundle> providers = installed.keySet().stream().filter(b -> provides(b, need)).toList();
                if (providers.isEmpty()) {
                    missing.computeIfAbsent(installed.get(bundle), b -> new ArrayList<>()).add(described(need));
                }
                providers.forEach(provider -> addMissing(provider, seen, missing));
            }
        }
    }

    private static String described(BundleRequirement need) {
        String filter = need.getDirectives().getOrDefault("filter", "");
        Matcher name = Pattern.compile("\\(" + Pattern.quote(need.getNamespace()) + "=([^)]*)\\)").matcher(filter);
        return name.find() ? need.getNamespace().replace("osgi.wiring.", "") + " " + name.group(1)
                : need.getNamespace() + " " + filter;
    }

    private static boolean provides(Bundle bundle, BundleRequirement need) {
        for (BundleCapability capability : revision(bundle).getDeclaredCapabilities(need.getNamespace())) {
            if (need.matches(capability)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isMandatory(BundleRequirement need) {
        return !"optional".equals(need.getDirectives().get("resolution"));
    }

    private static BundleRevision revision(Bundle bundle) {
        return bundle.adapt(BundleRevision.class);
    }

    @Override
    public void close() {
        Framework.stop(felix, folder);
    }
}
