package org.cloakwork.launcher.felix;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.store.PassphraseException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Apache Felix with every jar of {@code bundles/} installed and started. Packages of the jars in {@code lib/} (the API
 * among them) come from the class path, so this program and the bundles share them.
 */
public final class Framework implements AutoCloseable {

    /**
     * Packages that Jetty imports for classes of its own that nobody here uses, and the modules they are in: 26 MB. A
     * runtime without these modules has the packages, with nothing in them.
     */
    private static final Map<String, String> LEFT_OUT = Map.of("java.awt", "java.desktop", "javax.imageio",
            "java.desktop", "org.ietf.jgss", "java.security.jgss");
    private static final Logger LOG = LoggerFactory.getLogger(Framework.class);
    private static final String CLIENT = "org.cloakwork.client";
    private static final Duration SERVICE_TIMEOUT = Duration.ofSeconds(10);
    /** What a component fails with if what was asked for is wrong. */
    private static final List<Class<?>> WRONG = List.of(IllegalArgumentException.class, PassphraseException.class);
    private static final long POLL_MILLIS = 20;
    /** Where the framework keeps the jars of bundles. */
    static final String STORAGE = "bundles";
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private final org.osgi.framework.launch.Framework felix;
    private final PrivateFolder folder;
    private final BundleFolder bundles;
    private final HeapReturn heap = new HeapReturn();
    private final ServiceTracker<ConfigurationAdmin, ConfigurationAdmin> configurations;
    private final ServiceTracker<ServiceComponentRuntime, ServiceComponentRuntime> components;

    private Framework(org.osgi.framework.launch.Framework felix, PrivateFolder folder, BundleFolder bundles) {
        this.felix = felix;
        this.folder = folder;
        this.bundles = bundles;
        configurations = new ServiceTracker<>(felix.getBundleContext(), ConfigurationAdmin.class, null);
        configurations.open();
        components = new ServiceTracker<>(felix.getBundleContext(), ServiceComponentRuntime.class, null);
        components.open();
    }

    /**
     * @param home the unpacked distribution
     * @throws UsageException if others may write code that would run, or a jar may not be used
     */
    public static Framework start(Path home)
            throws IOException, BundleException, InterruptedException, UsageException {
        Rights.check(List.of(home, home.resolve("bin"), home.resolve("lib"), home.resolve("bundles"),
                home.resolve("etc"), home.resolve("cache")));
        Map<String, String> properties = new HashMap<>();
        properties.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, exportedBy(home.resolve("lib")));
        // A newer bundle is tried beside the one that works.
        properties.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        properties.put("felix.log.level", "1");
        // Bundles get what they import, and nothing by accident from the class path.
        properties.put("felix.bootdelegation.implicit", "false");
        // But what the JDK's flight recorder writes into classes of events refers to its own.
        properties.put(Constants.FRAMEWORK_BOOTDELEGATION, "jdk.jfr.internal.*");
        // Failed components are reported by whoever waits for them.
        properties.put("ds.loglevel", "0");
        // Opening ports and making keys may take long on a busy machine; whoever wants the component meanwhile waits.
        properties.put("ds.lock.timeout.milliseconds", "60000");
        PrivateFolder folder = new PrivateFolder("cloakwork-");
        org.osgi.framework.launch.Framework felix = in(folder, properties);
        try {
            felix.start();
            return new Framework(felix, folder,
                    new BundleFolder(home.resolve("bundles"), folder, felix.getBundleContext(),
                            new Admission(home.resolve("etc"), folder)));
        } catch (BundleException | IOException | UsageException | RuntimeException e) {
            stop(felix, folder);
            throw e;
        }
    }

    /** @param folder that keeps the bundles: the framework removes its storage and makes it anew */
    static org.osgi.framework.launch.Framework in(PrivateFolder folder, Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.put(Constants.FRAMEWORK_STORAGE, folder.resolve(STORAGE).toString());
        return ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow().newFramework(all);
    }

    public static List<Path> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
    }

    /**
     * {@return what the jars of a folder export, as a list of packages for the framework to export; and what the
     * runtime of an archive leaves out}
     */
    static String exportedBy(Path lib) throws IOException {
        StringJoiner packages = new StringJoiner(",");
        LEFT_OUT.forEach((missing, module) -> {
            if (ModuleLayer.boot().findModule(module).isEmpty()) {
                packages.add(missing);
            }
        });
        for (Path jar : jars(lib)) {
            try (JarFile file = new JarFile(jar.toFile())) {
                Manifest manifest = file.getManifest();
                String exports = manifest == null ? null : manifest.getMainAttributes().getValue("Export-Package");
                // The framework exports its own packages itself.
                if (exports != null && !exports.contains("org.osgi.framework.launch")) {
                    packages.add(exports);
                }
            }
        }
        return packages.toString();
    }

    /** From now on, jars that come, change or go in {@code bundles/} are installed, updated or uninstalled. */
    public void followBundles() {
        bundles.follow();
    }

    /** {@return the jar that a bundle was installed from} */
    public static InputStream jarOf(Bundle bundle) throws IOException {
        return URI.create(bundle.getLocation()).toURL().openStream();
    }

    /** Has bundles find a service, for as long as the framework runs. */
    public <T> void provide(Class<T> type, T service) {
        felix.getBundleContext().registerService(type, service, null);
    }

    /** Creates or replaces the configuration of a singleton. */
    public void configure(String pid, Map<String, ?> properties) throws IOException, InterruptedException {
        update(configurations().getConfiguration(pid, "?"), properties);
    }

    /** Creates or replaces one configuration of several. */
    public void configureFactory(String pid, String name, Map<String, ?> properties)
            throws IOException, InterruptedException {
        update(configurations().getFactoryConfiguration(pid, name, "?"), properties);
    }

    private static void update(Configuration configuration, Map<String, ?> properties) throws IOException {
        Dictionary<String, Object> dictionary = new Hashtable<>();
        properties.forEach(dictionary::put);
        configuration.update(dictionary);
    }

    private ConfigurationAdmin configurations() throws InterruptedException {
        ConfigurationAdmin service = configurations.waitForService(SERVICE_TIMEOUT.toMillis());
        if (service == null) {
            throw new IllegalStateException("no ConfigurationAdmin among the bundles");
        }
        return service;
    }

    /**
     * Waits for a client.
     *
     * @throws UsageException        if its configuration is wrong
     * @throws IllegalStateException if it failed or does not come in time; the message says why
     */
    public MixnetClient awaitClient(String name, Duration deadline) throws InterruptedException, UsageException {
        return await(MixnetClient.class, "(" + MixnetClient.NAME_PROPERTY + "=" + name + ")", deadline,
                dto -> dto.description.name.equals(CLIENT) && name.equals(dto.properties.get("name")),
                "client " + name);
    }

    /**
     * Waits for a service that a component shall provide.
     *
     * @param component the component's name, to say why it does not come
     * @throws UsageException        if the component's configuration is wrong
     * @throws IllegalStateException if the component failed or does not come in time; the message says why
     */
    public <T> T await(Class<T> type, String filter, Duration deadline, String component, String what)
            throws InterruptedException, UsageException {
        if (descriptions().noneMatch(description -> description.name.equals(component))) {
            throw new IllegalStateException("no bundle here has " + component);
        }
        return await(type, filter, deadline, dto -> dto.description.name.equals(component), what);
    }

    private <T> T await(Class<T> type, String filter, Duration deadline, Predicate<ComponentConfigurationDTO> provider,
                        String what) throws InterruptedException, UsageException {
        long end = System.nanoTime() + deadline.toNanos();
        Optional<T> service = present(type, filter);
        Optional<String> failure = failure(provider);
        while (service.isEmpty() && System.nanoTime() < end && failure.isEmpty()) {
            Thread.sleep(POLL_MILLIS);
            service = present(type, filter);
            failure = failure(provider);
        }
        if (service.isEmpty() && failure.filter(Framework::isWrong).isPresent()) {
            throw new UsageException(message(failure.get()));
        }
        return service.orElseThrow(() -> new IllegalStateException(failure(provider).map(Framework::message).orElse(
                what + " did not start within " + deadline.toSeconds() + " s")));
    }

    private static boolean isWrong(String failure) {
        return WRONG.stream().anyMatch(type -> failure.startsWith(type.getName()));
    }

    /**
     * The service that is there at this moment. Asked anew each time: while its component is being activated a service
     * is registered but cannot be had.
     *
     * @param filter in parentheses; empty: any
     */
    public <T> Optional<T> present(Class<T> type, String filter) {
        BundleContext context = felix.getBundleContext();
        try {
            return context.getServiceReferences(type, filter.isEmpty() ? null : filter).stream()
                    .map(context::getService).filter(Objects::nonNull).findFirst();
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** {@return whether a service is registered} */
    public boolean isThere(Class<?> type, String filter) {
        try {
            return !felix.getBundleContext().getServiceReferences(type, filter).isEmpty();
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Tells of each front-end that begins to serve a client, those that do already included, until it is closed. */
    public AutoCloseable followDoors(String client, BiConsumer<String, FrontEnd.Serving> door) {
        BundleContext context = felix.getBundleContext();
        try {
            ServiceTracker<FrontEnd.Serving, FrontEnd.Serving> tracker = new ServiceTracker<>(context,
                    context.createFilter("(&(objectClass=" + FrontEnd.Serving.class.getName() + ")("
                            + MixnetClient.NAME_PROPERTY + "=" + client + "))"), null) {
                @Override
                public FrontEnd.Serving addingService(ServiceReference<FrontEnd.Serving> reference) {
                    FrontEnd.Serving serving = super.addingService(reference);
                    door.accept((String) reference.getProperty(PartFactory.NAME_PROPERTY), serving);
                    return serving;
                }
            };
            tracker.open();
            return tracker::close;
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The stack trace that a component's activation ended with. */
    private Optional<String> failure(Predicate<ComponentConfigurationDTO> which) {
        return descriptions().flatMap(description -> components.getService()
                        .getComponentConfigurationDTOs(description).stream())
                .filter(dto -> dto.state == ComponentConfigurationDTO.FAILED_ACTIVATION && which.test(dto))
                .map(dto -> dto.failure).findFirst();
    }

    private Stream<ComponentDescriptionDTO> descriptions() {
        ServiceComponentRuntime runtime = components.getService();
        return runtime == null ? Stream.of() : runtime.getComponentDescriptionDTOs().stream();
    }

    /** {@return the bundle that brings a part} */
    public Bundle bundleOf(String kind, String part) {
        return descriptions().filter(description -> kind.equals(description.properties.get(PartFactory.KIND_PROPERTY))
                        && part.equals(description.properties.get(PartFactory.NAME_PROPERTY)))
                .map(description -> felix.getBundleContext().getBundle(description.bundle.id)).findFirst()
                .orElseThrow();
    }

    /** {@return the names of the parts of a kind that the bundles bring} */
    public Set<String> parts(String kind) {
        return descriptions().filter(description -> kind.equals(description.properties.get(PartFactory.KIND_PROPERTY)))
                .map(description -> String.valueOf(description.properties.get(PartFactory.NAME_PROPERTY)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The failure is a stack trace as text; what people need is the outermost message. */
    static String message(String stackTrace) {
        return stackTrace.lines().filter(line -> !line.startsWith("\t") && line.contains(": "))
                .map(line -> line.replaceFirst("^Caused by: ", ""))
                .filter(line -> line.contains(": "))
                .map(line -> line.substring(line.indexOf(": ") + 2))
                .findFirst().orElse("it failed without a message");
    }

    @Override
    public void close() {
        heap.close();
        try {
            bundles.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stopClients();
        stop(felix, folder);
    }

    /** While their parts are there: the other ends of their connections are told. */
    private void stopClients() {
        ServiceComponentRuntime runtime = components.getService();
        if (runtime == null) {
            return;
        }
        descriptions().filter(description -> description.name.equals(CLIENT)).forEach(description -> {
            try {
                runtime.disableComponent(description).getValue();
            } catch (InvocationTargetException e) {
                LOG.warn("clients did not stop: {}", e.getCause().getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    static void stop(org.osgi.framework.launch.Framework felix, PrivateFolder folder) {
        try (folder) {
            felix.stop();
            if (felix.waitForStop(STOP_TIMEOUT.toMillis()).getType() == FrameworkEvent.WAIT_TIMEDOUT) {
                throw new IllegalStateException("the parts did not stop within " + STOP_TIMEOUT.toSeconds() + " s");
            }
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
