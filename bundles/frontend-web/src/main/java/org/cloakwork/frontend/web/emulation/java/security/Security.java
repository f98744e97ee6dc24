package org.cloakwork.frontend.web.emulation.java.security;

/** No property is set. */
public final class Security {

    private Security() {
    }

    public static String getProperty(String name) {
        return null;
    }
}
