package org.cloakwork.frontend.web.emulation.java.security.spec;

/** Beside the key. */
public interface AlgorithmParameterSpec {
}
