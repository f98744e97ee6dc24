package org.cloakwork.frontend.web.emulation.org.slf4j.event;

/** How much it matters. */
public enum Level {
    ERROR, WARN, INFO, DEBUG, TRACE
}
