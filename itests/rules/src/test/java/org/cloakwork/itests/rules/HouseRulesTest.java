package org.cloakwork.itests.rules;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.channels.NetworkChannel;
import java.time.Clock;
import java.util.Collection;
import java.util.Date;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.jar.JarFile;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may use what. Whoever may stands in the rule, with the reason where it is not the rule itself. */
class HouseRulesTest {

    private static final String LAUNCHER = "org.cloakwork.launcher..";
    private static final String LOCAL_NETWORK = "org.cloakwork.localnet..";
    private static final String CLIENT_ENGINE = "org.cloakwork.client.engine..";
    private static final String CLIENT_COMPONENT = "org.cloakwork.client.component..";
    /** Connections are what these are there for. */
    private static final String[] DOORS = {"org.cloakwork.transport..", "org.cloakwork.frontend..",
        "org.cloakwork.control..", "org.cloakwork.doors..", "org.cloakwork.proxy.."};

    private static JavaClasses all;

    @BeforeAll
    static void read() throws IOException {
        all = new ClassFileImporter().withImportOption(location -> location.contains("/org/cloakwork/"))
                .importJars(Jars.ours().toArray(JarFile[]::new));
        assertTrue(all.size() > 300, "classes: " + all.size());
    }

    /** Whoever reads a package need not have read those that use it. */
    @Test
    void packagesFormNoCircle() {
        SlicesRuleDefinition.slices().matching("org.cloakwork.(**)").should().beFreeOfCycles().check(all);
    }

    @Test
    void noStageSeesTheWiring() {
        noClasses().that(resideInAnyPackage("org.cloakwork.client..")
                .and(resideOutsideOfPackages(CLIENT_ENGINE, CLIENT_COMPONENT)))
                .should().dependOnClassesThat(resideInAnyPackage(CLIENT_ENGINE, CLIENT_COMPONENT)).check(all);
        noClasses().that(resideInAnyPackage("org.cloakwork.client.base.."))
                .should().dependOnClassesThat(resideInAnyPackage("org.cloakwork.client..")
                .and(resideOutsideOfPackages("org.cloakwork.client.base.."))).check(all);
    }

    /** Whoever else writes one has no more than these. */
    @Test
    void noFrontEndNeedsTheEngine() {
        noClasses().that(resideInAnyPackage("org.cloakwork.frontend..", "org.cloakwork.control..",
                "org.cloakwork.streams..", "org.cloakwork.doors..", "org.cloakwork.directory..",
                "org.cloakwork.proxy..")
                // it makes clients
                .and(resideOutsideOfPackages("org.cloakwork.frontend.embedded")))
                .should().dependOnClassesThat(resideInAnyPackage("org.cloakwork.client..")).check(all);
    }

    /** The engine and the parts that decide are given the time, so that they also live in virtual time. */
    @Test
    void onlyTheEdgesReadClocks() {
        allBut(Set.of(
                // where the engine's clock comes from
                "org.cloakwork.client.engine.ThreadedEnvironment",
                // says how long a thread is in a call, whatever the engine takes for time
                "org.cloakwork.client.engine.ThreadWatch",
                // waits on its caller's thread, in its caller's time
                "org.cloakwork.client.engine.StateBoard",
                // where the local network's clock comes from
                "org.cloakwork.localnet.network.LocalNetworkImpl",
                // says when the file was read
                "org.cloakwork.topology.file.FileTopology",
                // waits for the other processes' farewell, in their time
                "org.cloakwork.laboratory.cluster.JGroupsMember",
                // limits how long a directory may take
                "org.cloakwork.directory.Directory"), with(DOORS, LAUNCHER))
                .should().callCodeUnitWhere(describe("a clock is read", HouseRulesTest::readsAClock)).check(all);
    }

    private static boolean readsAClock(JavaCall<?> call) {
        JavaClass owner = call.getTargetOwner();
        String name = call.getName();
        return owner.isEquivalentTo(System.class) && Set.of("nanoTime", "currentTimeMillis").contains(name)
                || owner.getPackageName().equals("java.time") && name.equals("now")
                || owner.isEquivalentTo(Clock.class) && name.startsWith("system")
                || owner.isEquivalentTo(Date.class) && name.equals("<init>")
                && call.getTarget().getRawParameterTypes().isEmpty();
    }

    /** The engine and the parts that decide are given randomness, so that a seed tells all they do. */
    @Test
    void onlyTheEdgesMakeRandomness() {
        allBut(Set.of(
                // where the engine's randomness comes from
                "org.cloakwork.client.engine.ThreadedEnvironment",
                // keys that files are kept under
                "org.cloakwork.store.mvstore.MvStoreProvider",
                // in which order directories are asked, which nobody tries again
                "org.cloakwork.topology.nymapi.NymApiTopology",
                // where the local network's randomness comes from, and that of a simulation: a seed
                "org.cloakwork.localnet.network.LocalNetworkImpl",
                        "org.cloakwork.localnet.simulation.SimulatedRandomness",
                // and that of an experiment: a seed
                "org.cloakwork.laboratory.network.Chance"), with(DOORS, LAUNCHER))
                .should().callCodeUnitWhere(describe("randomness is made", call -> call.getTargetOwner()
                        .isAssignableTo(RandomGenerator.class) || call.getTargetOwner().isEquivalentTo(Math.class)
                        && call.getName().equals("random"))).check(all);
    }

    /** No thread without an owner: whoever makes one ends it. */
    @Test
    void onlyOwnersMakeThreads() {
        allBut(Set.of(
                // the engine's loop, workers and listeners, and who looks after them
                "org.cloakwork.client.engine.ThreadedEnvironment", "org.cloakwork.client.engine.ThreadWatch",
                // a front-end may not return
                "org.cloakwork.client.component.FrontEnds",
                // the local network's
                "org.cloakwork.localnet.network.LocalNetworkImpl", "org.cloakwork.localnet.network.TimerThread",
                // makes tables for keys ahead of their use
                "org.cloakwork.sphinx.fast.FastSphinx",
                // two for a socket and a stream, as long as both are open
                "org.cloakwork.streams.SocketPump",
                // one for whoever has connections and wants to know what time brings to them
                "org.cloakwork.streams.Ticker",
                // a question must not block who asks
                "org.cloakwork.topology.file.FileTopology", "org.cloakwork.topology.nymapi.NymApiTopology",
                "org.cloakwork.topology.agreed.AgreedTopology"),
                with(DOORS, LAUNCHER))
                .should().callCodeUnitWhere(describe("a thread is made", HouseRulesTest::makesAThread)).check(all);
    }

    private static boolean makesAThread(JavaCall<?> call) {
        JavaClass owner = call.getTargetOwner();
        return owner.isAssignableTo(Thread.class) && Set.of("<init>", "ofVirtual", "ofPlatform", "startVirtualThread")
                .contains(call.getName()) || owner.getFullName().equals("java.util.concurrent.Executors")
                && call.getName().startsWith("new")
                || owner.getFullName().matches("java\\.util\\.concurrent\\.(Scheduled)?ThreadPoolExecutor")
                && call.getName().equals("<init>") || owner.getFullName().equals("java.util.Timer");
    }

    /** Threads of the common pool have no owner; tasks there outlive whoever gave them. */
    @Test
    void nobodyUsesTheCommonPool() {
        noClasses().should().callCodeUnitWhere(describe("the common pool is used", call ->
                call.getTargetOwner().isEquivalentTo(ForkJoinPool.class)
                        || call.getTargetOwner().isEquivalentTo(CompletableFuture.class)
                        && (call.getName().endsWith("Async")
                        && call.getTarget().getRawParameterTypes().stream().noneMatch(type ->
                        type.getName().equals("java.util.concurrent.Executor")))
                        || call.getName().equals("parallelStream")
                        || call.getTargetOwner().isAssignableTo(Stream.class) && call.getName().equals("parallel")))
                .check(all);
    }

    /** As little code as possible touches the network. */
    @Test
    void onlyDoorsOpenSockets() {
        DescribedPredicate<JavaClass> sockets = describe("sockets", type ->
                type.isAssignableTo(java.net.Socket.class) || type.isAssignableTo(java.net.ServerSocket.class)
                        || type.isAssignableTo(java.net.DatagramSocket.class)
                        || type.isAssignableTo(NetworkChannel.class)
                        || type.isAssignableTo(java.net.URLConnection.class)
                        || type.getPackageName().equals("java.net.http")
                        || type.getPackageName().equals("com.sun.net.httpserver"));
        allBut(Set.of(
                // moves bytes for the doors that opened a socket
                "org.cloakwork.streams.SocketPump", "org.cloakwork.streams.SocketPump$Near",
                        "org.cloakwork.streams.SocketPump$Near$1",
                // tries out whether the kernel tells whose the other end of a connection is
                "org.cloakwork.spi.frontend.LocalPeer", "org.cloakwork.spi.frontend.LocalPeer$Told",
                // names what others make
                "org.cloakwork.api.Internet",
                // streams through the mixnet that look like sockets
                "org.cloakwork.api.MixnetSocket", "org.cloakwork.api.MixnetSocketFactory"),
                        with(DOORS, LOCAL_NETWORK, "org.cloakwork.directory..",
                // talks to the running instance
                LAUNCHER)).should().dependOnClassesThat(sockets).check(all);
    }

    @Test
    void onlyDoorsKnowJetty() {
        allBut(Set.of(), DOORS).should().dependOnClassesThat(resideInAnyPackage("org.eclipse.jetty..", "jakarta.."))
                .check(all);
    }

    /** Annotations that nobody sees when it runs are no dependency. */
    @Test
    void onlyTheLauncherAndAdaptersKnowOsgi() {
        DescribedPredicate<JavaClass> osgi = describe("OSGi", type ->
                type.getPackageName().matches("org\\.(osgi|apache\\.felix)\\..*")
                && !type.getPackageName()
                .matches("org\\.osgi\\.(annotation|service\\.(component|metatype)\\.annotations).*"));
        // The laboratory has copies of all parts that are there, whoever brings them.
        allBut(Set.of(), LAUNCHER, CLIENT_COMPONENT, "org.cloakwork.control..", "org.cloakwork.laboratory")
                .should().dependOnClassesThat(osgi).check(all);
        noClasses().that(resideInAnyPackage("org.cloakwork.wire..", "org.cloakwork.client..")
                .and(resideOutsideOfPackages(CLIENT_COMPONENT)))
                .should().dependOnClassesThat(resideInAnyPackage("org.osgi.framework..", "org.osgi.service..",
                "org.osgi.util.."))
                .check(all);
    }

    @Test
    void onlyTheLauncherEndsTheProcessAndSpeaksToTheTerminal() {
        noClasses().that(resideOutsideOfPackages(LAUNCHER)).should()
                .callCodeUnitWhere(describe("the process is ended", call ->
                (call.getTargetOwner().isEquivalentTo(System.class)
                        || call.getTargetOwner().isEquivalentTo(Runtime.class))
                        && Set.of("exit", "halt").contains(call.getName()))).check(all);
        noClasses().that(resideOutsideOfPackages(LAUNCHER)).should()
                .accessFieldWhere(describe("the terminal is used", access ->
                access.getTargetOwner().isEquivalentTo(System.class))).check(all);
        noClasses().should().callCodeUnitWhere(describe("a stack trace is printed to it", call ->
                call.getTargetOwner().isAssignableTo(Throwable.class) && call.getName().equals("printStackTrace")
                        && call.getTarget().getRawParameterTypes().isEmpty())).check(all);
    }

    /** One way to log, whose lines a test of a full run looks through. */
    @Test
    void logsGoThroughSlf4j() {
        noClasses().that(resideOutsideOfPackages(LAUNCHER)).should()
                .dependOnClassesThat(resideInAnyPackage("java.util.logging..",
                "org.apache.commons.logging..", "org.apache.logging..")).check(all);
        classes().that().resideInAPackage("org.cloakwork.wire..").should().onlyDependOnClassesThat(
                resideOutsideOfPackages("org.slf4j.."))
                .because("what is a pure function has nothing to tell").check(all);
    }

    @Test
    void nothingStaticChanges() {
        noFields().that().areStatic().and().doNotHaveModifier(JavaModifier.SYNTHETIC).should().notBeFinal().check(all);
        noFields().that().areStatic().and(describe("are not excused", field -> !Set.of(
                // a cipher for each thread, given a key before each use
                "org.cloakwork.wire.crypto.AesCtr.CIPHER", "org.cloakwork.wire.crypto.AesGcmSiv.CIPHER",
                // tells the names of one client's threads from another's, and nothing else
                "org.cloakwork.frontend.embedded.EmbeddedClientBuilder.NUMBERS").contains(field.getFullName())))
                .should().haveRawType(describe("made to change", HouseRulesTest::isMadeToChange)).check(all);
    }

    private static boolean isMadeToChange(JavaClass type) {
        return type.getPackageName().equals("java.util.concurrent.atomic") || type.isAssignableTo(StringBuilder.class)
                || type.isAssignableTo(ThreadLocal.class) || !type.isInterface()
                && (type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class));
    }

    @Test
    void theApiNeedsNothingButTheJdk() {
        classes().that().resideInAnyPackage("org.cloakwork.api..", "org.cloakwork.spi..").should()
                .onlyDependOnClassesThat(
                resideInAnyPackage("java..", "javax.net", "javax.security.auth", "org.cloakwork.api..",
                "org.cloakwork.spi..", "org.osgi.annotation..",
                // what they say is for the build; at run time nobody loads them
                "org.osgi.service.component.annotations", "com.google.errorprone.annotations.."))
                .check(all);
    }

    /** A class may have what is nested in it, so the outermost counts. Who is excused must be there. */
    private static GivenClassesConjunction allBut(Set<String> names, String... packages) {
        for (String name : names) {
            assertTrue(all.contain(name), "there is no " + name);
        }
        for (String inPackage : packages) {
            assertFalse(all.that(resideInAnyPackage(inPackage)).isEmpty(), "there is nothing in " + inPackage);
        }
        return noClasses().that(resideOutsideOfPackages(packages).and(describe("are not " + names, type ->
                !names.contains(type.getName().split("\\$")[0]))));
    }

    private static String[] with(String[] some, String... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
    }
}
