extension Site {
  /// A slider through recipes over a layer's tiles; a part of ``script``.
  static let mitigationScript = #"""
    /* Recipes beside the site's own: those that were made, or that the server makes for the tiles in view. */
    function mitigations(parent,layer,turn){
    const fill=(frame,recipes)=>{
    const label=add(frame,'label',{class:'mix'},'Recipe '),slide=add(label,'input',{type:'range',min:0,max:recipes.length,
    value:0,'aria-label':'Recipe of the pictures'}),said=add(label,'output',{class:'recipe'}),about=add(frame,'div');
    const show=()=>{
    const recipe=recipes[slide.value-1],name=recipe?.name??'this site\u2019s';
    slide.setAttribute('aria-valuetext',name);
    said.replaceChildren();add(said,'span',{},name);about.replaceChildren();
    if(typeof recipe?.activation==='number')add(about,'p',{class:'facts'},`Activation ${short(recipe.activation)
    }, mean over units; grid of the pictures ${short(recipe.grid)}, median over units: share of fine detail on the net\u2019s lattice above chance.`);
    if(recipe?.command)command(about,recipe.command);
    turn(recipe)};
    slide.oninput=show;show()};
    const {mitigations:name,folder,command:[front],units}=layer.explored;
    if(name)later(parent,name,(frame,data)=>fill(frame,data.recipes));
    else if(net.live)fill(add(parent,'div'),net.live.mitigations.map(({name,words})=>({name,folder:`${folder}/${name}`,
    command:units.every(unit=>unit.live)?`${front} 0-${units.length-1} ${words}`:undefined})))}
    """#
}
