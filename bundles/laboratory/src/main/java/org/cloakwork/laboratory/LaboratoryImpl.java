package org.cloakwork.laboratory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.cloakwork.api.Laboratory;
import org.cloakwork.spi.runtime.PartFactory;

/** The laboratory with the parts that {@link ServiceLoader} finds, where there is no OSGi. */
public final class LaboratoryImpl implements Laboratory {

    private final Installed installed;

    /** For {@link ServiceLoader}. */
    public LaboratoryImpl() {
        this(installed());
    }

    LaboratoryImpl(Installed installed) {
        this.installed = installed;
    }

    static Installed installed() {
        List<PartFactory<?>> factories = new ArrayList<>();
        ServiceLoader.load(PartFactory.class, LaboratoryImpl.class.getClassLoader()).forEach(factories::add);
        return new Installed(factories);
    }

    @Override
    public Study study(Map<String, String> options) {
        Map<String, String> others = new TreeMap<>(options);
        String paper = others.remove("paper");
        Choices choices = new Choices(others);
        return switch (paper) {
            case null -> new TraceStudy(installed, choices);
            case "mixnets-fail" -> new MixnetsFailStudy(installed, choices);
            case "bow-tie" -> new BowTieStudy(installed, choices);
            case "mixim" -> new MiximStudy(choices);
            case "mixmatch" -> new MixMatchStudy(installed, choices);
            default -> throw new IllegalArgumentException("--paper " + paper
                    + ": must be mixnets-fail, mixim, mixmatch or bow-tie");
        };
    }
}
