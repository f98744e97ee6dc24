package org.cloakwork.launcher.cli;

/** The version in the jar's manifest. */
public final class Version {

    private Version() {
    }

    /** {@return it, for people} */
    public static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
