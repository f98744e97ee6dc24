/** Classes that take the place of others when the engine is compiled to WebAssembly. */
package org.cloakwork.frontend.web.emulation;
