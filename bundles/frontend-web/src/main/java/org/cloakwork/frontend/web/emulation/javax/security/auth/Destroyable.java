package org.cloakwork.frontend.web.emulation.javax.security.auth;

/** Can be forgotten. */
public interface Destroyable {

    default void destroy() {
    }

    default boolean isDestroyed() {
        return false;
    }
}
