// Loads data as pages need it. Each file under data/ is a script that calls statloom.put: a page on a disk may load scripts,
// and nothing else.
"use strict";
(function (s) {
  const waiting = new Map(); // by name: {promise, resolve}

  const wait = (name) => {
    if (!waiting.has(name)) {
      const w = {};
      w.promise = new Promise((resolve, reject) => { w.resolve = resolve; w.reject = reject; });
      waiting.set(name, w);
    }
    return waiting.get(name);
  };

  s.put = (name, data) => wait(name).resolve(data);

  // get gives what a file under data/ holds.
  s.get = (name) => {
    const w = wait(name);
    if (!w.asked) {
      w.asked = true;
      const script = document.createElement("script");
      script.src = s.root + "data/" + name + ".js";
      script.onerror = () => { waiting.delete(name); w.reject(new Error(name)); };
      document.head.append(script);
    }
    return w.promise;
  };
})(window.statloom);
