package org.cloakwork.frontend.web.emulation;

import org.teavm.extension.spi.substitution.SimpleSubstitutionPolicy;
import org.teavm.extension.spi.substitution.SubstitutionSink;

/**
 * Tells TeaVM that a class below this package takes the place of the one whose name is the rest of its name: what its
 * class library lacks or has wrong, and what the engine uses that cannot be in a browser.
 */
public final class Substitutions extends SimpleSubstitutionPolicy {

    /** What stands before the name of the class whose place is taken. */
    public static final String HERE = "org.cloakwork.frontend.web.emulation.";

    /** For TeaVM. */
    public Substitutions() {
    }

    @Override
    public void contribute(SubstitutionSink sink) {
        sink.selectClasses(inPackage("java", true).or(inPackage("javax", true)).or(inPackage("org.slf4j", true))
                .or(inPackage("com.fasterxml.jackson", true)).or(inPackage("org.cloakwork.wire", true))
                .or(inPackage("org.cloakwork.sphinx", true)).or(inPackage("org.bouncycastle", true))
                .or(inPackage("org.junit", true))).packagePrefix(HERE);
    }
}
