package org.cloakwork.itests.rules;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** In the launcher, what uses something is not used by it, not even by a long way round. */
class LauncherCirclesTest {

    private static final String LAUNCHER = "org.cloakwork.launcher";

    private static JavaClasses launcher;

    @BeforeAll
    static void read() throws IOException {
        launcher = new ClassFileImporter()
                .withImportOption(location -> location.contains("/" + LAUNCHER.replace('.', '/') + "/"))
                .importJars(Jars.ours().toArray(JarFile[]::new));
        Set<String> packages = launcher.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        assertTrue(packages.containsAll(Set.of(LAUNCHER, LAUNCHER + ".cli", LAUNCHER + ".felix", LAUNCHER + ".commands",
                LAUNCHER + ".demo", LAUNCHER + ".swaps")), packages.toString());
    }

    @Test
    void packagesFormNoCircle() {
        slices().assignedFrom(by("package", JavaClass::getPackageName)).should().beFreeOfCycles().check(launcher);
    }

    /** A class and what is nested in it are one. */
    @Test
    void classesFormNoCircle() {
        slices().assignedFrom(by("class", type -> type.getName().split("\\$")[0])).should().beFreeOfCycles()
                .check(launcher);
    }

    private interface Naming {

        String of(JavaClass type);
    }

    private static SliceAssignment by(String what, Naming naming) {
        return new SliceAssignment() {

            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return type.getName().startsWith(LAUNCHER) ? SliceIdentifier.of(naming.of(type))
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "every " + what + " of the launcher";
            }
        };
    }
}
